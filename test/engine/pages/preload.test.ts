// A file that is read beforehand is there whole, is read once, and is left alone as soon as nobody wants it any more.
import { describe, expect, it } from 'vitest';
import { makeApi } from '../../../src/engine/worker/api';
import { OpenedFile, recoverFile } from '../../../src/engine/openedFile';
import { NO_SIDECARS } from '../../../src/file/recovery';
import { sourceOfBlob } from '../../../src/engine/pages/blob';
import { Preload } from '../../../src/engine/pages/preload';
import { ReadCache } from '../../../src/engine/pages/readCache';
import { engine, engines } from '../../databases';
import { sourceOfBytes } from '../../../src/file/byteSource';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import { blobOfBytes, installMemoryBlobs } from '../../fuzz/memoryBlob';

const MEGABYTE = 1 << 20;
const SIZE = 6 * MEGABYTE + 1234;
const bytes = new Uint8Array(SIZE).map((_, at) => (at >> 12) & 0xff);

/** A file that keeps a record of where it was read whole slices; from `lostFrom` on it cannot be read. */
function watchedFile(content: Uint8Array, lostFrom = Infinity): { readonly file: Blob; readonly asked: number[] } {
  const asked: number[] = [];
  const slice = (start: number, end: number): Blob => {
    const part = blobOfBytes(content.subarray(start, end));
    const arrayBuffer = async (): Promise<ArrayBuffer> => {
      asked.push(start);
      if (start >= lostFrom) throw new DOMException('gone', 'NotReadableError');
      return Promise.resolve(content.slice(start, end).buffer);
    };
    return Object.assign(part, { arrayBuffer });
  };
  return { file: Object.assign(blobOfBytes(content), { slice }), asked };
}

describe('A file that is read beforehand', () => {
  it('is in memory whole, every byte of it read once, and how far it is is told', async () => {
    const { file, asked } = watchedFile(bytes);
    const cache = new ReadCache(sourceOfBytes(bytes), SIZE);
    const told: number[] = [];
    const preload = new Preload(file, cache, MEGABYTE);
    preload.onBytes = (done) => told.push(done);
    await preload.ended;
    expect(asked).toEqual(Array.from({ length: 7 }, (_, index) => index * MEGABYTE));
    expect(cache.heldBytes).toBe(SIZE);
    expect(Buffer.compare(cache.read(0, SIZE), bytes)).toBe(0);
    expect(cache.sourceReads).toBe(0);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
    expect(told.at(-1)).toBe(SIZE);
  });

  it('that cannot be read any more is left to whoever needs a page of it', async () => {
    const { file, asked } = watchedFile(bytes, 2 * MEGABYTE);
    const cache = new ReadCache(sourceOfBytes(bytes), SIZE);
    await new Preload(file, cache, MEGABYTE).ended;
    expect(asked.length).toBeLessThan(6);
    expect(cache.heldBytes).toBe(2 * MEGABYTE);
    expect(Buffer.compare(cache.read(0, SIZE), bytes)).toBe(0);
  });

  it('is read no further than there is room', async () => {
    const { file, asked } = watchedFile(bytes);
    const cache = new ReadCache(sourceOfBytes(bytes), 2 * MEGABYTE);
    await new Preload(file, cache, MEGABYTE).ended;
    expect(cache.heldBytes).toBe(2 * MEGABYTE);
    expect(asked.length).toBeLessThan(6);
  });

  it('is read no further when it is stopped', async () => {
    const { file, asked } = watchedFile(bytes);
    const cache = new ReadCache(sourceOfBytes(bytes), SIZE);
    const preload = new Preload(file, cache, MEGABYTE);
    preload.stop();
    await preload.ended;
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(cache.heldBytes).toBe(0);
  });
});

describe('A file that is read piece by piece', () => {
  installMemoryBlobs();

  it('holds no large piece longer than until the next one is asked for, and a small one as long as somebody has it', () => {
    const source = sourceOfBlob(blobOfBytes(bytes));
    const [large, small] = [source.read(0, 2 * MEGABYTE), source.read(5000, 5100)];
    expect(large.length).toBe(0);
    expect(Buffer.compare(source.read(1, SIZE), bytes.subarray(1))).toBe(0);
    expect(small).toEqual(bytes.subarray(5000, 5100));
  });
});

describe('While a plan is looked at', () => {
  installMemoryBlobs();
  const everything = { here: (size: number) => size, ofRuns: (size: number) => size };
  const script = 'CREATE INDEX items_name ON items(name);';

  function database(rows: number): Uint8Array {
    return engine.build((made) => {
      made.execute('CREATE TABLE items(id INTEGER PRIMARY KEY, name TEXT)');
      made.execute(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
        INSERT INTO items SELECT i, 'item ' || (i * 7919 % ${rows}) FROM n`);
    });
  }

  it('the file is read once, however often that is asked for, and the run does not read it again', async () => {
    const { file, asked } = watchedFile(database(20_000));
    const api = makeApi(engines, everything);
    expect((await api.open(file, 'items.db')).ok).toBe(true);
    expect((await api.plan(script, DEFAULT_CHOICES, true)).ok).toBe(true);
    // An edit, or another choice.
    expect((await api.plan(script, DEFAULT_CHOICES, true)).ok).toBe(true);
    expect(asked).toEqual([0]);
    const run = async (): Promise<void> => {
      const ran = await api.run(script, DEFAULT_CHOICES, () => undefined);
      expect(ran.ok && ran.value.committed).toBe(true);
    };
    await run();
    expect(asked).toEqual([0]);
    // What it has read is given back when it is over.
    await run();
    expect(asked).toEqual([0, 0]);
  });

  it('nothing is read ahead for one of many files that are planned before any is run', async () => {
    const { file, asked } = watchedFile(database(2000));
    const api = makeApi(engines, everything);
    expect((await api.open(file, 'items.db')).ok).toBe(true);
    expect((await api.plan(script, DEFAULT_CHOICES)).ok).toBe(true);
    expect(asked).toEqual([]);
  });

  it('what was read can be given back: then nothing is held, and a run reads it anew', async () => {
    const { file, asked } = watchedFile(database(20_000));
    const recovered = recoverFile(file, { sidecars: NO_SIDECARS, readers: null }, file.size);
    if (!recovered.ok) throw new Error(recovered.error.sentence);
    const opened = new OpenedFile(engine, recovered.value.recovery);
    await opened.preload().ended;
    expect(opened.cache.heldBytes).toBe(file.size);
    opened.giveBack();
    expect(opened.cache.heldBytes).toBe(0);
    expect(opened.using(({ database: of }) => of.query('SELECT count(*) FROM items'))).toEqual({
      ok: true,
      value: [[20_000]],
    });
    await opened.preload().ended;
    expect(asked).toEqual([0, 0]);
    expect(opened.cache.heldBytes).toBe(file.size);
  });

  it('a run that has to wait for it tells so, once', async () => {
    const { file } = watchedFile(database(20_000));
    const api = makeApi(engines, everything);
    expect((await api.open(file, 'items.db')).ok).toBe(true);
    const labels: string[] = [];
    await api.run(script, DEFAULT_CHOICES, (progress) => {
      if (progress.stage === 'check') labels.push(progress.label);
    });
    expect(labels).toEqual(['reading the file']);
  });

  it.each([
    ['it does not find room', script, { ...everything, here: () => 0 }],
    ['no statement goes through a table', 'ALTER TABLE items ADD COLUMN note TEXT;', everything],
  ])('nothing is read ahead where %s', async (_, sql, kept) => {
    const { file, asked } = watchedFile(database(2000));
    const api = makeApi(engines, kept);
    expect((await api.open(file, 'items.db')).ok).toBe(true);
    expect((await api.plan(sql, DEFAULT_CHOICES, true)).ok).toBe(true);
    const ran = await api.run(sql, DEFAULT_CHOICES, () => undefined);
    expect(ran.ok && ran.value.committed).toBe(true);
    expect(asked).toEqual([]);
  });
});
