// Every line of the tables in docs/compare.md is true: what the migration does, what it asks, and that it leads there and back.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compareStates } from '../../src/compare/compare';
import type { Migration } from '../../src/compare/migration';
import { writeMigration } from '../../src/compare/write';
import { readSchema } from '../../src/schema/read';
import { apply, askNative, nativeDatabase, withDatabase } from '../databases';
import { schemaOf } from './schemas';

const lines = readFileSync('docs/compare.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (change|-+) /.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replace(/^`|`$/g, '').replaceAll('⏎', '\n')),
  );

it.each(lines)('%s', (_, current = '', desired = '', migration = '', questions = '') => {
  const bytes = nativeDatabase(`${current};`);
  const answers = new Map(
    questions === ''
      ? []
      : questions
          .split('; ')
          .map((one): [string, string] => [one.slice(0, one.indexOf(' = ')), one.slice(one.indexOf(' = ') + 3)]),
  );
  const target = schemaOf(desired);
  const written = withDatabase(bytes, (database) =>
    writeMigration({
      ...{ current: readSchema(database), desired: target, scratch: () => database.scratch(), rows: database },
      ...{ desiredRows: null, answers, sqliteVersion: 37, spelling: false },
    }),
  );
  expect(written.questions.map(({ id, answer }) => `${id} = ${answer ?? ''}`).join('; ')).toBe(questions);
  expect(summaryOf(written)).toBe(migration);
  expect(written.complete).toBe(true);
  const differences = (script: string, wished: typeof target): readonly string[] =>
    compareStates(withDatabase(nativeDatabaseOf(bytes, script), readSchema), wished).differences.map(
      ({ name }) => name,
    );
  for (const keys of ['ON', 'OFF']) {
    const there = `PRAGMA foreign_keys = ${keys};\n${written.sql}`;
    expect(differences(there, target)).toEqual([]);
    expect(differences(`${there}\n${written.back.sql}`, withDatabase(bytes, readSchema))).toEqual([]);
  }
  // The page runs it to the same end.
  const { outcomes, bytes: here } = apply(bytes, written.sql);
  expect(outcomes.flatMap(({ failure }) => failure?.message ?? [])).toEqual([]);
  expect(compareStates(withDatabase(here, readSchema), target).differences).toEqual([]);
});

/** The file after native sqlite3 has run a script on it. */
function nativeDatabaseOf(bytes: Uint8Array, script: string): Uint8Array {
  // A dump fills sqlite_sequence, which is there with the first table of AUTOINCREMENT only.
  const dump = askNative(bytes, `${script}\n.dump`);
  return nativeDatabase(dump.replaceAll(/^(DELETE FROM|INSERT INTO) sqlite_sequence.*$/gm, ''));
}

/** The statements in one line, those of a rebuild as one. */
function summaryOf({ statements, rebuilds }: Migration): string {
  const own = statements
    .map(({ sql }) => sql)
    .filter((sql) => !/^(BEGIN|COMMIT|PRAGMA foreign_keys = (ON|OFF))$/.test(sql))
    .map((sql) => (/^CREATE (TABLE|VIEW)/.test(sql) ? sql : sql.replaceAll(/\s+/g, ' ')));
  const summary: string[] = [];
  let rebuilt: string | null = null;
  for (const sql of own) {
    const table = rebuilds.find((one) => sql.includes(`"old_${one.table}"`))?.table ?? null;
    if (rebuilt === null && sql === 'PRAGMA legacy_alter_table = ON') continue;
    if (rebuilt === null && table !== null) {
      rebuilt = table;
      summary.push(sql.startsWith('CREATE') ? `rebuild ${table} by copying` : `rebuild ${table}`);
    } else if (rebuilt === null) summary.push(sql);
    if (rebuilt !== null && sql === `DROP TABLE "old_${rebuilt}"`) rebuilt = null;
  }
  return summary.join('; ');
}
