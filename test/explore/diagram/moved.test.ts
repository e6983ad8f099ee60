// A table that is moved by hand: whatever is moved wherever, all can still be read.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../amount';
import type { Box, Layout, Link, Point } from '../../../src/explore/diagram/boxes';
import { layOut } from '../../../src/explore/diagram/diagramLayout';
import { placeFor, withMoved } from '../../../src/explore/diagram/moved';
import { layoutEngine } from './layoutEngine';
import { linesUnderBoxes, overlaps, partsOf, placed } from './seen';

const engine = layoutEngine();
const ROW = 20;
const atOnce = (): Promise<void> => Promise.resolve();

const diagrams = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.tuple(fc.integer({ min: 60, max: 300 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 12,
    }),
  )
  .chain(([hasAreas, sizes]) =>
    fc.record({
      boxes: fc.constant(
        sizes.map(([width, rows], at): Box => ({
          name: `t${at}`,
          width,
          height: rows * ROW,
          area: hasAreas && at % 3 > 0 ? `a${at % 3}` : null,
        })),
      ),
      links: fc
        .array(fc.tuple(fc.nat(sizes.length - 1), fc.nat(8), fc.nat(sizes.length - 1), fc.nat(2)), { maxLength: 20 })
        .map((pairs) =>
          pairs.map(([from, row, to, key], at): Link => {
            const y = (table: number, wanted: number): number => (wanted % (sizes[table]?.[1] ?? 1)) * ROW + ROW / 2;
            const [fromY, toY] = [y(from, row), y(to, key)];
            return {
              id: `l${at}`,
              from: `t${from}`,
              fromY: from === to && fromY === toY ? fromY + 5 : fromY,
              to: `t${to}`,
              toY,
            };
          }),
        ),
      moves: fc.array(
        fc.record({
          table: fc.nat(sizes.length - 1),
          to: fc.record({ x: fc.integer({ min: -500, max: 2000 }), y: fc.integer({ min: -500, max: 1500 }) }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  );

/** Where all but one lie, by the first of them. */
function otherPlaces(boxes: readonly Box[], layout: Layout, moved: string): readonly Point[] {
  const [first, ...rest] = placed(boxes, layout).filter(({ name }) => name !== moved);
  return rest.map(({ x, y }) => ({ x: Math.round(x - (first?.x ?? 0)), y: Math.round(y - (first?.y ?? 0)) }));
}

it('No table lies over another or over a line, all others stay, and lines lead from row to row in right angles', async () => {
  await fc.assert(
    fc.asyncProperty(diagrams, async ({ boxes, links, moves }) => {
      let layout = await layOut(boxes, links, engine);
      for (const { table, to } of moves) {
        const name = `t${table}`;
        const before = otherPlaces(boxes, layout, name);
        layout = await withMoved(layout, boxes, links, name, to, atOnce);
        expect(otherPlaces(boxes, layout, name)).toEqual(before);
        expect(overlaps(boxes, layout)).toEqual([]);
        expect(linesUnderBoxes(boxes, layout)).toEqual([]);
        for (const { start, end } of partsOf(layout))
          expect(Math.min(Math.abs(start.x - end.x), Math.abs(start.y - end.y))).toBeLessThan(0.01);
        const all = new Map(placed(boxes, layout).map((box) => [box.name, box]));
        for (const { id, from, fromY, to: parent, toY } of links) {
          const points = layout.lines.get(id) ?? [];
          for (const [point, box, y] of [
            [points[0], all.get(from), fromY],
            [points.at(-1), all.get(parent), toY],
          ] as const) {
            if (!point || !box) throw new Error(`${id} has no end`);
            expect(point.y).toBeCloseTo(box.y + y);
            expect([box.x, box.x + box.width].some((side) => Math.abs(side - point.x) < 0.01)).toBe(true);
          }
        }
        for (const { x, y, width, height } of placed(boxes, layout)) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(-0.01);
          expect(x + width).toBeLessThanOrEqual(layout.width + 0.01);
          expect(y + height).toBeLessThanOrEqual(layout.height + 0.01);
        }
      }
    }),
    runs(8, 200),
  );
});

describe('A table that is put', () => {
  const boxes = ['a', 'b', 'c'].map((name): Box => ({ name, width: 100, height: 60, area: null }));
  const links: readonly Link[] = [{ id: 'l', from: 'b', fromY: 10, to: 'a', toY: 30 }];

  it('where there is room lies there, and over another one beside it', async () => {
    const layout = await layOut(boxes, links, engine);
    const far = { x: 2000, y: 1000 };
    expect(placeFor(layout, boxes, 'b', far)).toMatchObject(far);
    const there = layout.boxes.get('a') ?? far;
    const beside = placeFor(layout, boxes, 'b', there);
    expect(Math.hypot((beside?.x ?? 0) - there.x, (beside?.y ?? 0) - there.y)).toBeLessThan(160);
    expect((await withMoved(layout, boxes, links, 'b', far, atOnce)).boxes.get('b')).toEqual(far);
  });

  it('on a line has that line go around it', async () => {
    const layout = await layOut(boxes, links, engine);
    const between = { x: (layout.boxes.get('a')?.x ?? 0) + 60, y: 20 };
    const moved = await withMoved(layout, boxes, links, 'c', between, atOnce);
    expect(linesUnderBoxes(boxes, moved)).toEqual([]);
  });
});
