// Starts sqlite3 for the tests of another process (see test/sqlite3.ts), until that has ended: `node sqlite3Starter.mjs wishes answers`.
//
// A wish is the size of its head in four bytes, the head as JSON, and what is written to the program. An answer is the size of its head,
// the head, and what the program printed and said.
import { spawnSync } from 'node:child_process';
import { openSync, readSync, writeSync } from 'node:fs';

const [, , ...paths] = process.argv;
const wishes = openSync(paths[0] ?? '', 'r');
const answers = openSync(paths[1] ?? '', 'w');

for (let size = read(4); size !== null; size = read(4)) {
  const head = read(size.readUInt32LE());
  const { options, cwd, bytes } = /** @type {{ options: string[], cwd: string, bytes: number }} */ (
    JSON.parse(head?.toString() ?? '')
  );
  const input = read(bytes) ?? Buffer.alloc(0);
  answer(spawnSync('sqlite3', options, { cwd, input, maxBuffer: 1 << 28 }));
}

/** @param {import('node:child_process').SpawnSyncReturns<Buffer | null>} session without output where it could not be started */
function answer({ status, stdout, stderr, error }) {
  const [printed, said] = [stdout ?? Buffer.alloc(0), stderr ?? Buffer.alloc(0)];
  const problem = error?.message ?? null;
  const head = Buffer.from(JSON.stringify({ status, stdout: printed.length, stderr: said.length, problem }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(head.length);
  for (const part of [size, head, printed, said])
    for (let at = 0; at < part.length;) at += writeSync(answers, part, at);
}

/** So many bytes; null where the other process has ended. @param {number} size */
function read(size) {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    const count = readSync(wishes, bytes, at, size - at, null);
    if (count === 0) return null;
    at += count;
  }
  return bytes;
}
