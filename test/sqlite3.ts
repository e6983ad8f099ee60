// The sqlite3 command, for tests that hold what we do against it. It is started by a small process that stands by: to start a
// program Linux copies the page tables of whoever starts it, which takes a process of some hundred megabytes ten times as long.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the command printed, and how it ended. */
export interface Session {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

interface Wish {
  /** Where it runs; left out, where the tests do. */
  readonly cwd?: string;
  /** What is written to it. */
  readonly input?: string | Uint8Array;
}

/** Its two ends, once it runs: pipes with names, since those can be read without giving way to other work. */
let starter: { readonly wishes: number; readonly answers: number } | null = null;

/** Runs the command and gives what it did, whatever that was; throws where it cannot be started. */
export function runSqlite3(options: readonly string[], { cwd, input = '' }: Wish = {}): Session {
  const { wishes, answers } = (starter ??= start());
  const bytes = Buffer.from(input);
  const head = Buffer.from(JSON.stringify({ options, cwd: cwd ?? process.cwd(), bytes: bytes.length }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(head.length);
  for (const part of [size, head, bytes]) write(wishes, part);
  const { status, stdout, stderr, problem } = JSON.parse(read(answers, read(answers, 4).readUInt32LE()).toString()) as {
    readonly status: number | null;
    readonly stdout: number;
    readonly stderr: number;
    readonly problem: string | null;
  };
  const session = { status, stdout: read(answers, stdout), stderr: read(answers, stderr).toString() };
  // A machine without sqlite3 has to be seen.
  if (problem !== null) throw new Error(problem);
  return session;
}

/** Runs the command and gives what it printed; throws what it said where it fails, as `stderr` too. */
export function sqlite3(options: readonly string[], wish: Wish = {}): Buffer {
  const { status, stdout, stderr } = runSqlite3(options, wish);
  if (status === 0) return stdout;
  throw Object.assign(new Error(`sqlite3 ${options.join(' ')} ended with ${String(status)}: ${stderr}`), { stderr });
}

function start(): NonNullable<typeof starter> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-sqlite3-'));
  const [wishes, answers] = [join(folder, 'wishes'), join(folder, 'answers')];
  execFileSync('mkfifo', [wishes, answers]);
  const program = fileURLToPath(new URL('../scripts/sqlite3Starter.mjs', import.meta.url));
  // It ends with this process, when nobody holds the other end of its pipe any more.
  spawn(process.execPath, [program, wishes, answers], { stdio: ['ignore', 'ignore', 'inherit'] }).unref();
  const open = { wishes: openSync(wishes, 'w'), answers: openSync(answers, 'r') };
  rmSync(folder, { recursive: true });
  return open;
}

function write(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

function read(file: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    const count = readSync(file, bytes, at, size - at, null);
    if (count === 0) throw new Error('The process that starts sqlite3 has ended');
    at += count;
  }
  return bytes;
}
