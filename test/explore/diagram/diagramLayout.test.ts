// A diagram is laid out so that it can be read, whatever its tables and relations are.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../amount';
import { layOut, type Box, type Layout, type Link } from '../../../src/explore/diagram/diagramLayout';

const size = fc.integer({ min: 20, max: 400 });
const diagrams = fc.array(fc.tuple(size, size), { maxLength: 40 }).chain((sizes) =>
  fc.record({
    boxes: fc.constant(sizes.map(([width, height], at): Box => ({ name: `t${at}`, width, height }))),
    links: fc
      .array(fc.tuple(fc.nat(sizes.length + 1), fc.nat(sizes.length + 1)), { maxLength: 60 })
      .map((pairs) => pairs.map(([from, to], at): Link => ({ id: `l${at}`, from: `t${from}`, to: `t${to}` }))),
  }),
);

function overlaps(boxes: readonly Box[], { boxes: places }: Layout): readonly string[] {
  const areas = boxes.map((box) => ({ ...box, ...(places.get(box.name) ?? { x: NaN, y: NaN }) }));
  return areas.flatMap((one, at) =>
    areas
      .slice(at + 1)
      .filter(
        (other) =>
          one.x < other.x + other.width - 0.01 &&
          other.x < one.x + one.width - 0.01 &&
          one.y < other.y + other.height - 0.01 &&
          other.y < one.y + one.height - 0.01,
      )
      .map((other) => `${one.name} and ${other.name}`),
  );
}

it('No table lies over another, all lie within the drawing, and the same diagram is laid out alike', () => {
  fc.assert(
    fc.property(diagrams, ({ boxes, links }) => {
      const layout = layOut(boxes, links);
      expect(layout.boxes.size).toBe(boxes.length);
      expect(overlaps(boxes, layout)).toEqual([]);
      for (const { name, width, height } of boxes) {
        const { x, y } = layout.boxes.get(name) ?? { x: NaN, y: NaN };
        expect(x).toBeGreaterThanOrEqual(-0.01);
        expect(y).toBeGreaterThanOrEqual(-0.01);
        expect(x + width).toBeLessThanOrEqual(layout.width + 0.01);
        expect(y + height).toBeLessThanOrEqual(layout.height + 0.01);
      }
      expect(layOut(boxes, links)).toEqual(layout);
    }),
    runs(60),
  );
});

it('A table stands to the right of what it belongs to', () => {
  const boxes = ['parent', 'child', 'grandchild'].map((name) => ({ name, width: 100, height: 50 }));
  const { boxes: places } = layOut(boxes, [
    { id: 'a', from: 'child', to: 'parent' },
    { id: 'b', from: 'grandchild', to: 'child' },
    { id: 'c', from: 'grandchild', to: 'parent' },
  ]);
  const [parent, child, grandchild] = boxes.map(({ name }) => places.get(name)?.x ?? NaN);
  expect(parent).toBeLessThan(child ?? NaN);
  expect(child).toBeLessThan(grandchild ?? NaN);
});

it('Three hundred tables without any relation make a sheet, not a strip', () => {
  const boxes = Array.from({ length: 300 }, (_, at) => ({ name: `t${at}`, width: 200, height: 120 + (at % 7) * 20 }));
  const { width, height } = layOut(boxes, []);
  expect(width / height).toBeGreaterThan(1);
  expect(width / height).toBeLessThan(2.5);
});
