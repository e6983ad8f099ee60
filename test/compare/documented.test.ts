// Every line of the tables in docs/compare.md is true: what the migration does, what it asks, and that it leads there and back.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compareStates } from '../../src/compare/compare';
import type { Migration } from '../../src/compare/migration';
import { writeMigration } from '../../src/compare/write';
import type { Database } from '../../src/database';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { readSchema } from '../../src/schema/read';
import { apply, askNative, chosenFor, nativeDatabase, withDatabase } from '../databases';
import { OBJECTS, plain } from './checkMigration';

const lines = readFileSync('docs/compare.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (change|-+) /.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replace(/^`|`$/g, '').replaceAll('⏎', '\n')),
  );

it.each(lines)('%s', async (_, current = '', desired = '', migration = '', questions = '') => {
  const bytes = nativeDatabase(`${current};`);
  const answers = new Map(
    questions === ''
      ? []
      : questions
          .split('; ')
          .map((one): [string, string] => [one.slice(0, one.indexOf(' = ')), one.slice(one.indexOf(' = ') + 3)]),
  );
  const wish = nativeDatabase(`${desired};`);
  // FTS5 is in the second engine only.
  const [one, other] = [await chosenFor(bytes), await chosenFor(wish)];
  const { engine } = one.engine.name === 'sql.js' ? other : one;
  const target = withDatabase(wish, readSchema, engine);
  const write = (database: Database) =>
    writeMigration({
      ...{ current: readSchema(database), desired: target, scratch: () => database.scratch(), rows: database },
      ...{ desiredRows: null, answers, sqliteVersion: 37, spelling: false },
    });
  const written = withDatabase(bytes, write, engine);
  expect(written.questions.map(({ id, answer }) => `${id} = ${answer ?? ''}`).join('; ')).toBe(questions);
  expect(summaryOf(written)).toBe(migration);
  expect(written.complete).toBe(true);
  if (written.sql === '') return;
  const [there, wished] = [bytes, wish].map((database) => askNative(database, `${OBJECTS};`));
  for (const keys of ['ON', 'OFF']) {
    const script = `PRAGMA foreign_keys = ${keys};\n${written.sql}`;
    const told = askNative(bytes, `${script}\n${OBJECTS};\n.print ---\n${written.back.sql}\n${OBJECTS};`);
    const [after, back] = told.split('---');
    expect(plain(after ?? '', false)).toBe(plain(wished ?? '', false));
    expect(plain(back ?? '', false)).toBe(plain(there ?? '', false));
  }
  // The page runs it to the same end.
  const { outcomes, bytes: here } = apply(bytes, written.sql, DEFAULT_CHOICES, engine);
  expect(outcomes.flatMap(({ failure }) => failure?.message ?? [])).toEqual([]);
  expect(compareStates(withDatabase(here, readSchema, engine), target).differences).toEqual([]);
});

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
