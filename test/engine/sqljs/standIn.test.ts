// The place where an overlay is put into sql.js: by the interface of Emscripten's file systems, or not at all.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import { Overlay } from '../../../src/engine/pages/overlay';
import { sourceOfBytes } from '../../../src/file/byteSource';
import { SeamMoved } from '../../../src/engine/engine';
import { standInForFile } from '../../../src/engine/sqljs/seam';

/** A file as MEMFS makes one, with the names of its tables as a minifier may choose them. */
interface Node {
  [part: string]: unknown;
  q: Record<string, (...values: never[]) => unknown>;
  s: Record<string, (...values: never[]) => unknown>;
}

/** Documented at https://emscripten.org/docs/api_reference/Filesystem-API.html; the functions do what a plain file does. */
function makeNode(): Node {
  const stat = (node: Node): unknown => ({ size: 1, mode: node.mode });
  const change = (node: Node, attributes: { readonly mode?: number }): void => {
    node.mode = attributes.mode ?? node.mode;
  };
  const seek = (_stream: unknown, offset: number, whence: number): number => offset + whence;
  const read = (...values: readonly unknown[]): number => values.length;
  const write = (...values: readonly unknown[]): number => values.length;
  return { mode: 0o100644, q: { a: stat, b: change }, s: { c: seek, read, write } };
}

/** Stores a file in its folder under the name that sql.js gives it. */
function storeAs(node: Node): Node {
  const folder: Record<string, unknown> = {};
  folder[`dbfile_${(Math.random() * 0xffffffff) >>> 0}`] = node;
  return node;
}

const overlay = (): Overlay => new Overlay(sourceOfBytes(Uint8Array.from({ length: 3000 }, (_, at) => at)), 512);

/** The names of all that a test may leave behind on every object. */
const inherited = (): readonly string[] => Object.getOwnPropertyNames(Object.prototype);

describe('a file whose functions are put in another one’s place', () => {
  const range = fc.record({
    offset: fc.nat({ max: 50 }),
    length: fc.nat({ max: 4000 }),
    position: fc.nat({ max: 5000 }),
  });
  const step = fc.oneof(
    fc.record({ do: fc.constant('read' as const), ...{ range } }),
    fc.record({ do: fc.constant('write' as const), range, byte: fc.nat({ max: 255 }) }),
    fc.record({ do: fc.constant('cut' as const), size: fc.integer({ min: 1, max: 6000 }) }),
  );

  test('reads, writes, tells its size and is cut as an array of bytes is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const node = standInForFile(overlay(), () => storeAs(makeNode()));
        const { read, write } = node.s as unknown as Record<'read' | 'write', (...values: unknown[]) => number>;
        const { a: stat, b: change } = node.q as unknown as Record<string, (...values: unknown[]) => unknown>;
        let model = Uint8Array.from({ length: 3000 }, (_, at) => at);
        for (const one of steps) {
          if (one.do === 'cut') {
            change?.(node, { size: one.size });
            const cut = new Uint8Array(one.size);
            cut.set(model.subarray(0, one.size));
            model = cut;
          } else {
            const { offset, length, position } = one.range;
            // The heap of the engine, which is signed.
            const heap = new Int8Array(5000).fill(77);
            if (one.do === 'read') {
              const expected = heap.slice();
              const there = model.subarray(position, position + length);
              expected.set(there, offset);
              expect(read({ node }, heap, offset, length, position)).toBe(there.length);
              expect(Buffer.compare(new Uint8Array(heap.buffer), new Uint8Array(expected.buffer))).toBe(0);
            } else {
              heap.fill(one.byte, offset, offset + length);
              expect(write({ node }, heap, offset, length, position, false)).toBe(length);
              const grown = new Uint8Array(Math.max(model.length, length === 0 ? 0 : position + length));
              grown.set(model);
              grown.fill(one.byte, position, position + length);
              model = grown;
            }
          }
          expect(stat?.(node)).toEqual({ size: model.length, mode: 0o100644 });
        }
      }),
      runs(100),
    );
  });

  test('keeps what belongs to no bytes as it was: other attributes, seeking, other files', () => {
    const others = makeNode();
    const node = standInForFile(overlay(), () => {
      const made = makeNode();
      // MEMFS has one set of tables for all of its files.
      [made.q, made.s] = [others.q, others.s];
      return storeAs(made);
    });
    const change = node.q.b as (...values: unknown[]) => unknown;
    change(node, { mode: 0o100444 });
    expect((node.q.a as (node: Node) => unknown)(node)).toEqual({ size: 3000, mode: 0o100444 });
    expect(node.s.c).toBe(others.s.c);
    expect((others.q.a as (node: Node) => unknown)(others)).toEqual({ size: 1, mode: 0o100644 });
    expect(others.s.read).not.toBe(node.s.read);
  });

  test('is not filled with the bytes that sql.js fills it with', () => {
    const base = overlay();
    standInForFile(base, (placeholder) => {
      const node = storeAs(makeNode());
      (node.q.b as (...values: unknown[]) => unknown)(node, { size: 0 });
      const write = node.s.write as (...values: unknown[]) => number;
      expect(write({ node }, placeholder, 0, placeholder.length, 0, undefined)).toBe(placeholder.length);
    });
    expect(base.size).toBe(3000);
    expect(base.writtenPages).toEqual([]);
  });
});

describe('a sql.js that is built otherwise is noticed, and nothing is left behind', () => {
  const without = (part: keyof Node, name: string): Node => {
    const node = makeNode();
    Reflect.deleteProperty(node[part] as object, name);
    return node;
  };
  const withPart = (part: string, value: unknown): Node => ({ ...makeNode(), [part]: value });

  test.each<readonly [string, (placeholder: Uint8Array) => unknown]>([
    ['it makes no file', () => null],
    ['it gives the file another name', () => void Object.assign({}, { database: makeNode() })],
    ['it stores files in a map', () => new Map([[`dbfile_${(Math.random() * 0xffffffff) >>> 0}`, makeNode()]])],
    ['a file has no functions', () => storeAs({ mode: 1 } as unknown as Node)],
    ['a file has no functions for streams', () => storeAs(withPart('s', { length: 3 }))],
    ['a file has no functions of its own', () => storeAs(withPart('q', null))],
    ['a file cannot be read', () => storeAs(without('s', 'read'))],
    ['a file cannot be written', () => storeAs(without('s', 'write'))],
    ['a file has one function of its own', () => storeAs(without('q', 'b'))],
    ['a file has three functions of its own', () => storeAs(withPart('q', { ...makeNode().q, d: () => 1 }))],
  ])('%s', (_what, create) => {
    const random = Math.random;
    const before = inherited();
    expect(() => standInForFile(overlay(), create)).toThrow(SeamMoved);
    expect(inherited()).toEqual(before);
    expect(Math.random).toBe(random);
  });

  test('an error of sql.js itself goes through', () => {
    const before = inherited();
    const failing = (): never => {
      throw new RangeError('no memory');
    };
    expect(() => standInForFile(overlay(), failing)).toThrow(new RangeError('no memory'));
    expect(inherited()).toEqual(before);
  });
});
