// Every line of docs/scripts.md: what a script may hold has the verdicts and the words that are written there, in plan and run.
import { isLong, part } from '../../amount';
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import { describe, expect, test } from 'vitest';
import { rowsOf, type Database } from '../../../src/database';
import { describeLoss } from '../../../src/migration/losses/loss';
import { planMigration } from '../../../src/migration/run/plan';
import { PRAGMA_RULES } from '../../../src/migration/run/pragmas';
import { transcribe } from '../../../src/migration/run/transcript';
import { DEFAULT_CHOICES, type StatementOutcome } from '../../../src/migration/outcome';
import { splitScript } from '../../../src/script/split';
import { StatementRow } from '../../../src/ui/plan/statementRow';
import {
  apply,
  askNative,
  digestOf,
  digestOfOverlay,
  engine,
  migrate,
  nativeDatabase,
  overlayOf,
  plan,
  statementsOf,
  verdicts,
  withDatabase,
} from '../../databases';
import { documentedDatabase, documentedScripts } from '../../scriptTable';

const input = nativeDatabase(documentedDatabase);
const IN_THE_PAGE = 'In the page';
const NO_SQL = 'What is no SQL';
const lines = documentedScripts.filter(({ section }) => section !== IN_THE_PAGE);
const split = lines.filter(({ section }) => section !== NO_SQL);
const pragmas = split.filter(({ section }) => section === 'PRAGMAs');

/** What the page says of the outcomes beside their verdicts. */
function saidOf(outcomes: readonly StatementOutcome[]): string {
  return outcomes
    .flatMap(({ note, failure, loss }) => [
      ...(loss ? [`It ${describeLoss(loss)}.`] : []),
      ...(note === null ? [] : [note]),
      ...(failure ? [failure.message, failure.explanation, failure.wayOut] : []),
    ])
    .join(' ');
}

/** The same with the figures that stand beside each statement. */
function shownOf(script: string, outcomes: readonly StatementOutcome[]): string {
  const statements = statementsOf(script);
  const figures = outcomes.flatMap((outcome, at) => {
    const statement = statements[at];
    return statement ? [new StatementRow(statement, outcome, false).figures] : [];
  });
  return `${saidOf(outcomes)} ${figures.join(' ')}`;
}

/** The words of the table as a pattern: `…` stands for any others. */
function wordsOf(said: string): RegExp {
  const parts = said.split('…').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('[\\s\\S]*'));
}

/** A script that has transactions of its own. */
const OWN = /\b(?:begin(?! insert| update| delete| select| replace)|commit|end$|vacuum|rollback transaction$)/i;

/** What a plan has to foretell of the outcomes. */
function foretold(outcomes: readonly StatementOutcome[]): readonly object[] {
  return outcomes.map(({ ordinal, verdict, note, failure, loss, changes }) => ({
    ordinal,
    verdict,
    note,
    failure,
    loss,
    changes,
  }));
}

describe('a script of docs/scripts.md has the verdicts and words that stand there, in the plan and in the run', () => {
  test.each(split)('$section: $what: $script', ({ script, cells: [expected = '', said = ''] }) => {
    const planned = plan(input, script);
    const ran = apply(input, script);

    expect(verdicts(ran.outcomes)).toEqual(expected.split(', '));
    expect(foretold(planned.plan.outcomes)).toEqual(foretold(ran.outcomes));
    if (said === '–') expect(saidOf(ran.outcomes)).toBe('');
    else expect(shownOf(script, ran.outcomes)).toMatch(wordsOf(said));
    expect(digestOfOverlay(planned.overlay)).toBe(digestOf(input));
    // What a script has committed itself is forgotten with its pages.
    if (expected.includes('failed') && !OWN.test(script)) expect(digestOf(ran.bytes)).toBe(digestOf(input));
  });

  const refused = lines.filter(({ section }) => section === NO_SQL);
  test.each(refused)('$section: $what', ({ script, cells: [expected = '', said = ''] }) => {
    const result = splitScript(script);
    expect(result.ok ? 'not refused' : `refused: ${result.refusal.code}`).toBe(expected);
    expect(result.ok ? '' : result.refusal.sentence).toMatch(wordsOf(said));
  });
});

/** Of a database, what native sqlite3 reads: all that `.dump` prints, and what the header holds. */
function nativeContents(bytes: Uint8Array): string {
  const header = ['application_id', 'user_version', 'default_cache_size', 'auto_vacuum', 'page_size', 'encoding'];
  return askNative(bytes, `.dump\n${header.map((name) => `PRAGMA ${name};`).join('\n')}\nPRAGMA integrity_check;`);
}

describe('a script that is applied leaves what native sqlite3 leaves when it runs it, in one transaction where it has none', () => {
  // What differs on purpose, and why.
  const ELSEWHERE = new Set([
    'SAVEPOINT adaptation; ALTER TABLE people ADD COLUMN at DEFAULT (1 + 1); ROLLBACK TO adaptation; RELEASE adaptation', // SQLite refuses it
    'PRAGMA optimize', // each version of SQLite has its own mind of what is worth while
    'PRAGMA journal_mode = WAL', // SQLite refuses it in a transaction
    'PRAGMA hard_heap_limit = 1000', // native then has no memory left for the COMMIT
    'EXPLAIN PRAGMA query_only = ON; CREATE TABLE n(a)', // SQLite carries the PRAGMA out
    'ANALYZE', // native analyses the tables in another order
    'PRAGMA synchronous = FULL', // SQLite refuses it in a transaction
  ]);
  const applied = split.filter(
    ({ script, cells: [expected = ''] }) => !expected.includes('failed') && !ELSEWHERE.has(script),
  );

  test.each(part(applied, 5))('$section: $what: $script', ({ script }) => {
    const within = /^commit/i.test(script);
    const wrapped = OWN.test(script) && !within ? script : `BEGIN; ${script}; COMMIT`;
    const native = nativeDatabase(`${documentedDatabase}${wrapped};`);
    expect(nativeContents(apply(input, script).bytes)).toBe(nativeContents(native));
  });
});

describe('PRAGMAs', () => {
  const known = withDatabase(input, (database) =>
    rowsOf(database, 'SELECT name FROM pragma_pragma_list ORDER BY name').map(([name]) => String(name)),
  );

  test('of this SQLite all have a line in the docs and a rule, and there is no other', () => {
    expect([...new Set(pragmas.map(({ what }) => what))].sort()).toEqual(known);
    expect([...PRAGMA_RULES.keys()].sort()).toEqual(known);
    for (const { what, script } of pragmas) expect(script).toMatch(new RegExp(`^PRAGMA ${what}\\b`));
  });

  /** Settings as a connection tells them, those that it does not tell by what they do. */
  function settingsOf(database: Database): readonly string[] {
    const told = known
      .filter((name) => !/_check|^optimize$|_vacuum|_list|shrink|checkpoint$|data_version|schema_version/.test(name))
      .map((name) => `${name}: ${JSON.stringify(rowsOf(database, `PRAGMA ${name}`))}`);
    const like = JSON.stringify(rowsOf(database, "SELECT 'A' LIKE 'a'"));
    const schema = String(database.execute("UPDATE sqlite_schema SET name = 'x' WHERE 0").ok);
    return [...told, `LIKE: ${like}`, `schema: ${schema}`];
  }

  const WRITES = 'CREATE TABLE of_the_script(a)';
  test.each(part(pragmas, 2))('$what ($script) set nothing for what comes after the script', ({ script }) => {
    const fresh = withDatabase(input, settingsOf);
    const database = engine.open(overlayOf(input));
    try {
      planMigration(database, statementsOf(script), DEFAULT_CHOICES, { losses: keepLosses });
      expect(settingsOf(database)).toEqual(fresh);
      const failing = statementsOf(`${script}; SELECT * FROM missing`);
      transcribe(database, failing, DEFAULT_CHOICES, { rehearsing: false, losses: keepLosses, now: () => 0 });
      expect(settingsOf(database)).toEqual(fresh);
      expect(
        verdicts(planMigration(database, statementsOf(WRITES), DEFAULT_CHOICES, { losses: keepLosses }).outcomes),
      ).toEqual(['applied']);
    } finally {
      database.close();
    }
    // Nor does a run that is committed, for connections that are opened after it in the same engine.
    migrate(input, script);
    expect(withDatabase(input, settingsOf)).toEqual(fresh);
  });

  test.each(part(pragmas, 4))('$what ($script) let every proof be made', ({ script, cells: [expected = ''] }) => {
    const { result } = migrate(input, script);
    expect(result.committed).toBe(!expected.includes('failed'));
    expect(result.proofs.filter((proof) => proof.result === 'fail')).toEqual([]);
  });
});

describe('a script', () => {
  test('that is refused ATTACH leaves nothing that a database opened later could read', () => {
    const script = "ATTACH 'left.db' AS l; CREATE TABLE l.secret(a); INSERT INTO l.secret VALUES (42)";
    expect(verdicts(apply(input, script).outcomes)).toEqual(['failed', 'not run', 'not run']);
    withDatabase(input, (database) => {
      expect(rowsOf(database, 'SELECT name FROM pragma_database_list')).toEqual([['main']]);
      // The engine itself could attach it: what it finds under that name is a new, empty file.
      rowsOf(database, "ATTACH 'left.db' AS l");
      expect(rowsOf(database, 'SELECT count(*) FROM l.sqlite_schema')).toEqual([[0]]);
    });
  });

  test('has no function and no module that reaches out of the database', () => {
    const [functions, modules] = withDatabase(input, (database) => [
      rowsOf(database, 'SELECT DISTINCT lower(name) FROM pragma_function_list').flat(),
      rowsOf(database, 'SELECT lower(name) FROM pragma_module_list').flat(),
    ]);
    for (const name of ['readfile', 'writefile', 'load_extension', 'edit', 'lsmode', 'fsdir', 'system', 'shell']) {
      expect(functions).not.toContain(name);
    }
    const plain = /^(pragma_\w+|json_each|json_tree|jsonb_each|jsonb_tree|fts3|fts3tokenize|fts4|fts4aux)$/;
    expect(modules.filter((name) => !plain.test(String(name)))).toEqual([]);
  });

  test.each(isLong ? [['hex(zeroblob(300000000))'], ['zeroblob(900000000)']] : [['hex(zeroblob(300000000))']])(
    'may select a value that is larger than JavaScript holds as text (%s)',
    (value) => {
      const { outcomes } = apply(input, `SELECT ${value}; CREATE TABLE n(a)`);
      expect(verdicts(outcomes)).toEqual(['applied', 'applied']);
      expect(outcomes[0]?.note).toMatch(/^It returned .* not kept\.$/);
    },
    60_000,
  );

  test.each([
    ['?', 'SELECT ?'],
    ['?1', 'SELECT ?1'],
    [':x', "CREATE TABLE n(a DEFAULT (':'), b CHECK (b > :x))"],
    ['@y', 'UPDATE people SET age = @y'],
    ['$z', 'INSERT INTO audit VALUES ($z)'],
    ['$a::b(c)', 'INSERT INTO audit VALUES ($a::b(c))'],
  ])('is refused the parameter %s wherever it stands', (parameter, script) => {
    const failure = plan(input, script).plan.outcomes[0]?.failure;
    expect(failure?.message).toBe(`the parameter ${parameter} has no value`);
    expect(failure?.refused).toBe(true);
  });
});
