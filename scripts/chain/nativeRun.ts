// The same files by native sqlite3, one after another, as an oracle that is not us.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended } from '../../src/script/ended';
import type { ScriptPart } from '../../src/script/statement';

/** What another program came to with the same files. */
export interface OracleRun {
  readonly program: string;
  /** Where it stopped, and by which message; null where it came to the end. */
  readonly stopped: { readonly file: string; readonly message: string } | null;
  readonly schema: readonly string[];
  readonly milliseconds: number;
}

/** The definitions of a database as a list in JSON. */
const SCHEMA =
  "SELECT coalesce(json_group_array(type || ' ' || name || ': ' || coalesce(sql, '')), '[]') FROM (SELECT * FROM sqlite_schema ORDER BY type, name)";

/** What the sqlite3 program prints between two files, to tell in which one it stopped. */
const MARK = 'drydock: begins ';
/** Nothing here has to outlive a power cut; and a program that reads a file ends at its first error. */
const OPTIONS = ['-batch', '-bail', '-cmd', 'PRAGMA synchronous = OFF'];

/**
 * Runs the parts in native `sqlite3`, without a transaction around them: each file brings its own or none.
 * @param foreignKeys as the tool has them
 * @param wrapped names of the parts that stand in a transaction of their tool's: one that begins with a COMMIT is none without it
 */
export function runNative(
  bytes: Uint8Array,
  parts: readonly ScriptPart[],
  foreignKeys: 'off' | 'on',
  wrapped: ReadonlySet<string | null>,
): OracleRun {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-chain-'));
  try {
    const path = join(folder, 'database.db');
    writeFileSync(path, bytes);
    const input = parts
      .map(({ name, text }, at) => {
        const whole = ended(text.trimEnd());
        const within = wrapped.has(name) ? `BEGIN;\n${whole}\nCOMMIT;` : whole;
        return `.print '${MARK}${at}'\n${within}\n`;
      })
      .join('');
    const start = performance.now();
    const { stdout, stderr } = spawnSync(
      'sqlite3',
      [...OPTIONS, '-cmd', `PRAGMA foreign_keys = ${foreignKeys}`, path],
      {
        input,
        encoding: 'utf8',
        maxBuffer: 1 << 30,
      },
    );
    const milliseconds = performance.now() - start;
    const begun = Number(stdout.slice(stdout.lastIndexOf(MARK) + MARK.length).split('\n', 1)[0]);
    const message = stderr.trim().split('\n', 1)[0] ?? '';
    return {
      stopped: message === '' ? null : { file: parts[begun]?.name ?? '', message },
      schema: schemaOf(path),
      milliseconds,
      program: `sqlite3 ${execFileSync('sqlite3', ['--version'], { encoding: 'utf8' }).split(' ')[0] ?? ''}`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The definitions in the bytes of a database, by native sqlite3. */
export function nativeSchema(bytes: Uint8Array): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-chain-'));
  try {
    const path = join(folder, 'database.db');
    writeFileSync(path, bytes);
    return schemaOf(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function schemaOf(path: string): readonly string[] {
  const told = execFileSync('sqlite3', ['-batch', path], { input: SCHEMA, encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(told) as readonly string[];
}
