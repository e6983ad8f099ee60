// A diagram is laid out so that it can be read, whatever its tables and relations are.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../amount';
import type { Box, Link } from '../../../src/explore/diagram/boxes';
import { layOut } from '../../../src/explore/diagram/diagramLayout';
import { MOST_FOR_ALL_ATTEMPTS } from '../../../src/explore/diagram/elkGraph';
import { layoutEngine } from './layoutEngine';
import { linesUnderBoxes, meets, overlaps, partsOf, placed } from './seen';

const engine = layoutEngine();
const ROW = 20;
const areaName = fc.option(fc.constantFrom('a', 'b'), { freq: 2 });

/** Tables of some rows; lines from row to row, some to tables that are not there, some to the table itself, many to one. */
const diagrams = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.tuple(fc.integer({ min: 60, max: 400 }), fc.integer({ min: 1, max: 20 }), areaName), { maxLength: 30 }),
  )
  .chain(([hasAreas, sizes]) =>
    fc.record({
      boxes: fc.constant(
        sizes.map(([width, rows, area], at): Box => ({
          name: `t${at}`,
          width,
          height: rows * ROW,
          area: hasAreas ? area : null,
        })),
      ),
      links: fc
        .array(
          fc.tuple(fc.nat(sizes.length + 1), fc.nat(19), fc.oneof(fc.constant(0), fc.nat(sizes.length + 1)), fc.nat(1)),
          { maxLength: 60 },
        )
        .map((pairs) =>
          pairs.map(([from, row, to, key], at): Link => {
            const y = (table: number, wanted: number): number => (wanted % (sizes[table]?.[1] ?? 1)) * ROW + ROW / 2;
            return { id: `l${at}`, from: `t${from}`, fromY: y(from, row), to: `t${to}`, toY: y(to, key) };
          }),
        ),
    }),
  );

it('No table lies over another or over a line, all lie within the drawing, and the same diagram is laid out alike', async () => {
  await fc.assert(
    fc.asyncProperty(diagrams, async ({ boxes, links }) => {
      const layout = await layOut(boxes, links, engine);
      expect(layout.boxes.size).toBe(boxes.length);
      expect(overlaps(boxes, layout)).toEqual([]);
      expect(linesUnderBoxes(boxes, layout)).toEqual([]);
      expect(new Set(layout.junctions.map(({ x, y }) => `${x} ${y}`)).size).toBe(layout.junctions.length);
      for (const { x, y, width, height } of placed(boxes, layout)) {
        expect(x).toBeGreaterThanOrEqual(-0.01);
        expect(y).toBeGreaterThanOrEqual(-0.01);
        expect(x + width).toBeLessThanOrEqual(layout.width + 0.01);
        expect(y + height).toBeLessThanOrEqual(layout.height + 0.01);
      }
      expect(await layOut(boxes, links, engine)).toEqual(layout);
    }),
    runs(60),
  );
});

it('A line has right angles only, and leads from the row of one table to the row of the other', async () => {
  await fc.assert(
    fc.asyncProperty(diagrams, async ({ boxes, links }) => {
      const layout = await layOut(boxes, links, engine);
      const all = new Map(placed(boxes, layout).map((box) => [box.name, box]));
      const known = links.filter(({ from, to }) => all.has(from) && all.has(to));
      expect([...layout.lines.keys()].toSorted()).toEqual(known.map(({ id }) => id).toSorted());
      for (const { start, end } of partsOf(layout))
        expect(Math.min(Math.abs(start.x - end.x), Math.abs(start.y - end.y))).toBeLessThan(0.01);
      for (const { id, from, fromY, to, toY } of known) {
        const [points = [], child, parent] = [layout.lines.get(id), all.get(from), all.get(to)];
        const [first, last] = [points[0], points.at(-1)];
        if (!child || !parent || !first || !last) throw new Error(`${id} has no ends`);
        expect(first.y).toBeCloseTo(child.y + fromY);
        expect([child.x, child.x + child.width].some((side) => Math.abs(side - first.x) < 0.01)).toBe(true);
        expect(last.y).toBeCloseTo(parent.y + toY);
        expect(last.x).toBeCloseTo(parent.x + parent.width);
      }
    }),
    runs(40),
  );
});

it('The tables of an area lie in it, and no other one does', async () => {
  await fc.assert(
    fc.asyncProperty(diagrams, async ({ boxes, links }) => {
      const layout = await layOut(boxes, links, engine);
      expect(new Set(layout.areas.map(({ name }) => name))).toEqual(new Set(boxes.flatMap(({ area }) => area ?? [])));
      for (const area of layout.areas) {
        for (const box of placed(boxes, layout)) {
          const within = meets(box, [area.x, area.y, area.x + area.width, area.y + area.height]);
          expect([box.name, within]).toEqual([box.name, box.area === area.name]);
        }
      }
    }),
    runs(30),
  );
});

const named = (name: string): Box => ({ name, width: 100, height: 60, area: null });

it('A table stands to the right of what it belongs to', async () => {
  const boxes = ['parent', 'child', 'grandchild'].map(named);
  const link = (id: string, from: string, to: string): Link => ({ id, from, fromY: 10, to, toY: 30 });
  const links = [link('a', 'child', 'parent'), link('b', 'grandchild', 'child'), link('c', 'grandchild', 'parent')];
  const { boxes: places } = await layOut(boxes, links, engine);
  const [parent, child, grandchild] = boxes.map(({ name }) => places.get(name)?.x ?? NaN);
  expect(parent).toBeLessThan(child ?? NaN);
  expect(child).toBeLessThan(grandchild ?? NaN);
});

it.each(['without any relation', 'that all belong to one'])(
  'Three hundred tables %s make a sheet, not a strip',
  async (which) => {
    const boxes = Array.from({ length: 300 }, (_, at) => ({
      ...named(`t${at}`),
      width: 200,
      height: 120 + (at % 7) * 20,
    }));
    const links = boxes.slice(1).map(({ name }): Link => ({ id: name, from: name, fromY: 40, to: 't0', toY: 20 }));
    const layout = await layOut(boxes, which === 'without any relation' ? [] : links, engine);
    expect(overlaps(boxes, layout)).toEqual([]);
    expect(linesUnderBoxes(boxes, layout)).toEqual([]);
    expect(layout.width / layout.height).toBeGreaterThan(0.8);
    expect(layout.width / layout.height).toBeLessThan(2.5);
  },
);

it('Lines pass under no table where there are so many that fewer ways are tried', async () => {
  const boxes = Array.from({ length: MOST_FOR_ALL_ATTEMPTS + 2 }, (_, at) => ({ ...named(`t${at}`), height: 52 }));
  const links = boxes.flatMap(({ name }, at): readonly Link[] =>
    [Math.max(0, at - 1 - ((at * 7) % 9)), (at * 13) % Math.max(1, at)].map((to, which) => {
      return { id: `${name} ${which}`, from: name, fromY: 24 + which, to: `t${to}`, toY: 24 };
    }),
  );
  const layout = await layOut(boxes, links, engine);
  expect(overlaps(boxes, layout)).toEqual([]);
  expect(linesUnderBoxes(boxes, layout)).toEqual([]);
});
