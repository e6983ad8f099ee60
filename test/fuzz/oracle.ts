// Native sqlite3 on results that we call proved: none of them may be damaged, or poorer than the file it was made of.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Claim } from './trial';

const TABLES = `SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite_%' ORDER BY name`;
/** Stands between what belongs to one claim and to the next. */
const MARK = '==== next ====';

/** What is wrong with claims, one line each; a few processes for any number of them. */
export function refute(claims: readonly Claim[]): readonly string[] {
  if (claims.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'drydock-fuzz-'));
  try {
    claims.forEach(({ before, after }, index) => {
      writeFileSync(join(folder, `${index}.before.db`), before);
      writeFileSync(join(folder, `${index}.after.db`), after);
    });
    const onAll = (ask: (index: number) => string): readonly (readonly string[])[] =>
      askNative(folder, claims.map((_, index) => `${ask(index)}\n.print '${MARK}'\n`).join(''));
    const sound = onAll((index) =>
      ['before', 'after'].map((when) => `.open ${index}.${when}.db\nPRAGMA integrity_check;\n`).join(''),
    );
    const tables = onAll((index) => `.open ${index}.before.db\n${TABLES};\n`);
    const counted = (when: string): readonly (readonly string[])[] =>
      onAll((index) => `.open ${index}.${when}.db\n${(tables[index] ?? []).map(countOf).join('')}`);
    const [before, after] = [counted('before'), counted('after')];
    return claims.flatMap(({ trial, what }, index) => {
      const wrong: string[] = [];
      if (sound[index]?.join(' ') !== 'ok ok') wrong.push(`native integrity_check says ${sound[index]?.join('; ')}`);
      if (before[index]?.join() !== after[index]?.join())
        wrong.push(`rows of ${tables[index]?.join()}: ${before[index]?.join()} before, ${after[index]?.join()} after`);
      return wrong.map((line) => `trial ${trial} (${what}): ${line}`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function countOf(table: string): string {
  const quoted = `"${table.replaceAll('"', '""')}"`;
  return `SELECT 'rows of', count(*) FROM ${quoted};\n`;
}

function askNative(folder: string, script: string): readonly (readonly string[])[] {
  const run = spawnSync('sqlite3', ['-batch'], { cwd: folder, input: script, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.error) throw run.error;
  return run.stdout
    .split(`${MARK}\n`)
    .slice(0, -1)
    .map((part) => part.split('\n').filter((line) => line !== ''));
}
