// A file that is read into the cache as a stream is there whole, also where the browser's stream stops giving anything.
import { describe, expect, it } from 'vitest';
import { preload } from '../../src/engine/preload';
import { ReadCache } from '../../src/engine/readCache';
import { sourceOfBytes } from '../../src/file/byteSource';

const SIZE = 6 << 20;
const PATIENCE = 20;

interface Preloaded {
  readonly cache: ReadCache;
  readonly file: StallingFile;
  readonly told: readonly number[];
  readonly bytes: Uint8Array;
}

/** A file whose streams give so many bytes and then nothing, for ever; all of it where that is null. */
class StallingFile extends Blob {
  streams = 0;
  readonly #start: number;

  constructor(
    readonly content: Uint8Array<ArrayBuffer>,
    readonly given: readonly (number | null)[],
    start = 0,
    readonly root: StallingFile | null = null,
  ) {
    super([content.subarray(start)]);
    this.#start = start;
  }

  override slice(start = 0): Blob {
    return new StallingFile(this.content, this.given, this.#start + start, this.root ?? this);
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const root = this.root ?? this;
    const given = root.given[root.streams++] ?? null;
    let position = this.#start;
    const end = given === null ? this.content.length : Math.min(this.content.length, position + given);
    const { content: bytes } = this;
    return new ReadableStream({
      type: 'bytes',
      pull(controller) {
        if (position < end) {
          const next = Math.min(end, position + (1 << 20));
          controller.enqueue(bytes.slice(position, next));
          position = next;
        } else if (end === bytes.length) {
          controller.close();
          controller.byobRequest?.respond(0);
        } else {
          return new Promise(() => undefined);
        }
      },
    });
  }
}

async function preloaded(given: readonly (number | null)[], limit = SIZE): Promise<Preloaded> {
  const bytes = new Uint8Array(SIZE).map((_, at) => (at >> 12) & 0xff);
  const cache = new ReadCache(sourceOfBytes(bytes), limit);
  const file = new StallingFile(bytes, given);
  const told: number[] = [];
  await preload(file, cache, (done) => told.push(done), PATIENCE);
  return { cache, file, told, bytes };
}

describe('A file that is read beforehand', () => {
  it.each([
    ['gives all of it at once', [null], 1],
    ['stops in the midst, and again', [2 << 20, 1 << 20, null], 3],
    ['stops at its last byte but one', [SIZE - 1, null], 2],
  ])('is in the cache whole where its stream %s', async (_, given, streams) => {
    const { cache, file, told, bytes } = await preloaded(given);
    expect(cache.heldBytes).toBe(SIZE);
    expect(Buffer.compare(cache.read(0, SIZE), bytes)).toBe(0);
    expect(file.streams).toBe(streams);
    expect(told.at(-1)).toBe(SIZE);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
  });

  it('is left to whoever needs it where no stream gives anything', async () => {
    const { cache, file } = await preloaded([1 << 20, 0, null]);
    expect(file.streams).toBe(2);
    expect(cache.heldBytes).toBe(1 << 20);
  });

  it('is read no further than there is room', async () => {
    const { cache, file, told } = await preloaded([null], 2 << 20);
    expect(cache.heldBytes).toBeLessThanOrEqual(2 << 20);
    expect(file.streams).toBe(1);
    expect(told.at(-1)).toBeLessThan(SIZE);
  });
});
