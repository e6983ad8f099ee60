// Native sqlite3 on results that we call proved: none of them may be damaged, or poorer than the file it was made of.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Claim } from './trial';
import { runSqlite3 } from '../sqlite3';

/** For each table a query of all its values, in one text that does not depend on the order of rows. */
const QUERIES = `SELECT 'SELECT ''' || replace(m.name, '''', '''''') || ''', count(*), group_concat(x) FROM (SELECT ' ||
    group_concat('quote("' || replace(p.name, '"', '""') || '")', '||') || ' AS x FROM "' || replace(m.name, '"', '""') || '" ORDER BY 1);'
  FROM sqlite_schema AS m, pragma_table_info(m.name) AS p
  WHERE m.type = 'table' AND m.rootpage > 0 AND m.name NOT LIKE 'sqlite_%' GROUP BY m.name ORDER BY m.name`;
/** Stands between what belongs to one claim and to the next. */
const MARK = '==== next ====';

/** What is wrong with claims, one line each; a few processes for any number of them. */
export function refute(claims: readonly Claim[]): readonly string[] {
  if (claims.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'drydock-fuzz-'));
  try {
    claims.forEach(({ before, after }, index) => {
      const place = join(folder, `${index}.before.db`);
      writeFileSync(place, before.database);
      if (before.log) writeFileSync(`${place}-wal`, before.log);
      if (before.journal) writeFileSync(`${place}-journal`, before.journal);
      writeFileSync(join(folder, `${index}.after.db`), after);
    });
    const onAll = (ask: (index: number) => string): readonly (readonly string[])[] =>
      askNative(folder, claims.map((_, index) => `${ask(index)}\n.print '${MARK}'\n`).join(''));
    const sound = onAll((index) =>
      ['before', 'after'].map((when) => `.open ${index}.${when}.db\nPRAGMA integrity_check;\n`).join(''),
    );
    const queries = onAll((index) => `.open ${index}.before.db\n${QUERIES};\n`);
    const read = (when: string): readonly (readonly string[])[] =>
      onAll((index) => `.open ${index}.${when}.db\n${(queries[index] ?? []).join('\n')}\n`);
    const [before, after] = [read('before'), read('after')];
    return claims.flatMap(({ trial, what }, index) => {
      const wrong: string[] = [];
      if (sound[index]?.join(' ') !== 'ok ok') wrong.push(`native integrity_check says ${sound[index]?.join('; ')}`);
      const lost = before[index]?.find((values, at) => values !== after[index]?.[at]);
      if (lost !== undefined) wrong.push(`a table is not what it was: ${lost.slice(0, 200)}`);
      return wrong.map((line) => `trial ${trial} (${what}): ${line}`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function askNative(folder: string, script: string): readonly (readonly string[])[] {
  return runSqlite3(['-batch'], { cwd: folder, input: script })
    .stdout.toString()
    .split(`${MARK}\n`)
    .slice(0, -1)
    .map((part) => part.split('\n').filter((line) => line !== ''));
}
