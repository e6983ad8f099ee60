// The zip archive, opened by Python's zipfile and by unzip.
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { zipOf, type ArchivedFile } from '../../src/batch/zip';

const AT = new Date(2026, 2, 4, 5, 6, 8);
/** Prints what is in an archive: the name, the time, and the contents in hexadecimal; fails where a checksum is wrong. */
const LIST = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, list(i.date_time), z.read(i).hex()] for i in z.infolist()]))`;

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-zip-'));
  path = join(folder, 'made.zip');
});

afterEach(() => rmSync(folder, { recursive: true }));

async function write(files: AsyncIterable<ArchivedFile>): Promise<void> {
  await pipeline(Readable.from(zipOf(files, AT) as unknown as AsyncIterable<Uint8Array>), createWriteStream(path));
}

async function* given(files: readonly ArchivedFile[]): AsyncGenerator<ArchivedFile> {
  for (const file of files) yield await Promise.resolve(file);
}

function listed(): readonly (readonly [string, readonly number[], string])[] {
  const printed = execFileSync('python3', ['-c', LIST, path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(printed) as [string, number[], string][];
}

describe('An archive', () => {
  it('has the files that it was given, with their names and the time, as other programs read it', async () => {
    const bytes = fc.uint8Array({ maxLength: 3000 });
    const name = fc.stringMatching(/^[\p{L}\p{N} ._()-]{1,20}$/u);
    const files = fc.uniqueArray(fc.record({ name, bytes }), { selector: (file) => file.name, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(files, async (made) => {
        await write(given(made.map((file) => ({ name: file.name, content: new Blob([file.bytes.slice()]) }))));

        expect(listed()).toEqual(
          made.map((file) => [file.name, [2026, 3, 4, 5, 6, 8], Buffer.from(file.bytes).toString('hex')]),
        );
      }),
      runs(15),
    );
  });

  it('has text in UTF-8', async () => {
    await write(given([{ name: 'upgraded/übung.json', content: '{"脊": "ü"}' }]));

    expect(execFileSync('unzip', ['-p', path], { encoding: 'utf8' })).toBe('{"脊": "ü"}');
    expect(listed()[0]?.[0]).toBe('upgraded/übung.json');
  });

  it('ends with an error where its files do', async () => {
    async function* broken(): AsyncGenerator<ArchivedFile> {
      yield await Promise.resolve({ name: 'a', content: 'a' });
      throw new Error('The file is gone');
    }

    await expect(write(broken())).rejects.toThrow('The file is gone');
  });

  it('asks for a file only when the one before it has been read', async () => {
    const asked: string[] = [];
    async function* lazy(): AsyncGenerator<ArchivedFile> {
      for (const name of ['a', 'b', 'c']) {
        asked.push(name);
        yield await Promise.resolve({ name, content: new Blob([new Uint8Array(5_000_000)]) });
      }
    }

    const reader = zipOf(lazy(), AT).getReader();
    await reader.read();
    await reader.read();

    expect(asked).not.toContain('c');
  });
});
