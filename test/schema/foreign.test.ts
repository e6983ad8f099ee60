// The second table of docs/schemas.md: what this engine cannot read is carried over byte for byte, the rest is upgraded, and
// no proof passes that could not be made. Native sqlite3, which has what this engine lacks, looks at the result.
import { describe, expect, test } from 'vitest';
import { rowsOf, type Database } from '../../src/database';
import { inspect } from '../../src/engine/inspection';
import { readHeader } from '../../src/file/header';
import type { ProofCode } from '../../src/migration/proofs/proof';
import { readSchema } from '../../src/schema/read';
import { askNative, chosenFor, nativeDatabase, withDatabase } from '../databases';
import { nativeContents } from '../fixtures/contents';
import { fixture, UPGRADE } from '../fixtures/fixture';
import { linesOfTable } from '../fixtures/table';
import { upgrade } from '../fixtures/upgrade';
import { findUnusable } from '../../src/schema/usable';

interface Foreign {
  /** What is found before anything runs. */
  readonly unusable: Readonly<Record<string, string>>;
  /** The proofs that cannot be made, each with what its sentence names. */
  readonly unverifiable: Readonly<Partial<Record<ProofCode, string>>>;
  /** What native sqlite3 answers about the result. */
  readonly answers: Readonly<Record<string, string>>;
  /** What native sqlite3 itself does not have, it cannot check. */
  readonly integrity?: readonly string[];
  /** Scripts that need what is missing, and why they stop. */
  readonly refused: Readonly<Record<string, string>>;
}

const INTEGRITY = ['integrity-before', 'integrity-after', 'integrity-reopened'] as const;

/** The three of them, for one reason. */
function integrity(reason: string): Readonly<Partial<Record<ProofCode, string>>> {
  return Object.fromEntries(INTEGRITY.map((code) => [code, reason]));
}

const UINT = 'no such collation sequence: uint';
const SWEDISH = 'no such collation sequence: swedish';
const SHA3 = 'unknown function: sha3()';
const GONE = 'no such table: main.gone';

const KINDS: Readonly<Record<string, Foreign>> = {
  fts5: {
    unusable: {},
    unverifiable: {},
    answers: {
      "SELECT rowid FROM note('three')": '2',
      "SELECT rowid FROM bare('nowhere')": '1',
      "SELECT name FROM item_text('pear')": 'pear',
      "INSERT INTO note(note) VALUES ('integrity-check'); INSERT INTO bare(bare) VALUES ('integrity-check'); INSERT INTO item_text(item_text, rank) VALUES ('integrity-check', 1); SELECT 'sound'":
        'sound',
      "INSERT INTO written VALUES ('afterwards'); SELECT body FROM note('afterwards')": 'afterwards',
    },
    refused: {},
  },
  fts3: {
    unusable: {},
    unverifiable: {},
    answers: {
      "SELECT docid FROM old WHERE old MATCH 'three'": '2',
      "SELECT docid FROM newer WHERE newer MATCH 'run'": '1',
      "INSERT INTO newer(newer) VALUES ('integrity-check'); SELECT 'sound'": 'sound',
    },
    refused: {},
  },
  rtree: {
    unusable: {},
    unverifiable: {},
    answers: {
      "SELECT rtreecheck('box'), rtreecheck('grid')": 'ok|ok',
      'SELECT label FROM box WHERE x0 > 58.5': 'box 59\nbox 60',
      'SELECT count(*) FROM labels': '57',
    },
    refused: {},
  },
  'module-views': {
    unusable: { 'view pages': 'no such table: main.dbstat', 'view tens': 'no such table: main.generate_series' },
    unverifiable: { 'views-and-triggers': 'no such table: main.dbstat' },
    answers: { 'SELECT max(value) FROM tens': '100', 'SELECT count(*) FROM names': '4' },
    refused: { 'INSERT INTO item(id) SELECT value FROM tens': 'no such table: main.generate_series' },
  },
  'unknown-module': {
    unusable: { 'virtual table remote': 'no such module: warehouse' },
    unverifiable: integrity('no such module: warehouse'),
    answers: {
      "SELECT rootpage, sql FROM sqlite_schema WHERE name = 'remote'":
        '0|CREATE VIRTUAL TABLE remote USING warehouse("a;b", 5)',
    },
    refused: { 'DELETE FROM remote': 'no such module: warehouse', 'DROP TABLE remote': 'no such module: warehouse' },
  },
  collation: {
    unusable: { 'table sorted': UINT, 'table keyed': UINT, 'table plain': UINT },
    unverifiable: { ...integrity(UINT), 'row-counts': UINT, content: UINT },
    answers: {
      'SELECT group_concat(k) FROM (SELECT k FROM sorted ORDER BY k)': 'a1,a9,a10',
      'SELECT v FROM keyed': '2\n1',
      "SELECT a FROM plain INDEXED BY plain_a WHERE a > 'b1' COLLATE uint ORDER BY a COLLATE uint": 'b2\nb10',
    },
    refused: { "INSERT INTO sorted VALUES ('a2', 4)": UINT, REINDEX: UINT, 'ALTER TABLE item RENAME TO article': UINT },
  },
  'unknown-collation': {
    unusable: { 'table sorted': SWEDISH },
    unverifiable: integrity(SWEDISH),
    answers: { 'SELECT v FROM sorted': '1\n2' },
    integrity: [],
    refused: { "UPDATE sorted SET k = 'c'": SWEDISH },
  },
  'function-in-index': {
    unusable: { 'table hashed': SHA3, 'table chosen': SHA3 },
    // Its pages are checked by quick_check, which looks up no row in an index and so needs no function.
    unverifiable: { 'integrity-before': SHA3, 'integrity-reopened': SHA3 },
    answers: {
      "SELECT a FROM hashed INDEXED BY hashed_a WHERE sha3(a) = sha3('y')": 'y',
      "SELECT count(*) FROM chosen INDEXED BY chosen_a WHERE sha3(a) > x'80'": '1',
    },
    refused: { "UPDATE hashed SET a = 'z'": SHA3, "DELETE FROM hashed WHERE a = 'x'": SHA3 },
  },
  'function-in-column': {
    unusable: { 'table computed': SHA3, 'table stored': SHA3 },
    unverifiable: {},
    answers: { "SELECT count(*) FROM computed JOIN stored ON v = s WHERE v = sha3('x')": '1' },
    refused: { "UPDATE stored SET a = 'z'": SHA3, "INSERT INTO computed VALUES ('z')": SHA3 },
  },
  'function-in-check': {
    unusable: { 'table checked': 'unknown function: REGEXP()' },
    unverifiable: integrity('unknown function: REGEXP()'),
    answers: { 'SELECT group_concat(a) FROM checked': 'abc,xyz' },
    refused: { "INSERT INTO checked VALUES ('abc')": 'unknown function: REGEXP()' },
  },
  'function-in-default': {
    unusable: { 'table filled': SHA3 },
    unverifiable: {},
    answers: { "INSERT INTO filled(a) VALUES (1); SELECT count(*) FROM filled WHERE b = sha3('x')": '3' },
    refused: { 'INSERT INTO filled(a) VALUES (1)': SHA3 },
  },
  'function-in-view': {
    unusable: { 'view hashes': 'no such function: sha3', 'trigger log_hash': 'no such function: sha3' },
    unverifiable: { 'views-and-triggers': 'no such function: sha3' },
    answers: { "SELECT count(*) FROM hashes WHERE hash = sha3('pear')": '1' },
    refused: { 'INSERT INTO log(a) VALUES (1)': 'no such function: sha3' },
  },
  'broken-before': {
    unusable: { 'view of_gone': GONE, 'view of_view': GONE, 'trigger to_gone': GONE },
    unverifiable: { 'views-and-triggers': GONE },
    answers: { 'SELECT a FROM watched': '1' },
    refused: { 'INSERT INTO watched VALUES (2)': GONE, 'ALTER TABLE item RENAME TO article': GONE },
  },
};

test('every line of the table of schemas is a case here, with the proofs that it names, and every case a line', () => {
  const lines = linesOfTable('docs/schemas.md', 'Schemas').map(([name, , , unverifiable]) => [name, unverifiable]);
  const cases = Object.entries(KINDS).map(([name, kind]) => [
    name,
    Object.keys(kind.unverifiable).join(', ') || 'none',
  ]);
  expect(lines).toEqual(cases);
});

describe.each(Object.entries(KINDS))('%s', async (name, kind) => {
  const dropped = fixture(name);
  const { engine, facts: chosen } = await chosenFor(dropped.database);

  test('what cannot be used here is found, and what is missing is named', () => {
    const look = (database: Database) => {
      const header = readHeader(dropped.database);
      if (!header.ok) throw new Error(header.error);
      const facts = { name, size: dropped.database.length, header: header.value, findings: [] };
      return {
        found: findUnusable(database, readSchema(database)),
        findings: inspect(database, readSchema(database), facts, chosen).findings,
      };
    };
    const { found, findings } = withDatabase(dropped.database, look, engine);
    expect(Object.fromEntries(found)).toEqual(kind.unusable);
    expect(findings.map(({ code }) => code)).toEqual(Object.keys(kind.unusable).map(() => 'unreadable-object'));
    for (const [index, [subject, message]] of [...found].entries()) {
      const missing = /(?:module|function|sequence): (.+?)(?:\(\))?$/.exec(message)?.[1];
      const sentence = findings[index]?.sentence;
      if (missing === undefined) expect(sentence).toBe(`The ${subject} does not work here: ${message}.`);
      else expect(sentence).toMatch(new RegExp(`^The ${subject} needs the [a-z]+ ${missing}, which `));
    }
  });

  test('the rest is upgraded, and what cannot be read is there as it was', () => {
    const { run, plan, proofs, output } = upgrade(dropped, UPGRADE, engine);
    expect(run.outcomes.map(({ verdict }) => verdict)).toEqual(plan.outcomes.map(({ verdict }) => verdict));
    expect(run.committed).toBe(true);

    const others = [...proofs.values()].filter(({ code }) => !(code in kind.unverifiable));
    expect(others.filter(({ result }) => result !== 'pass')).toEqual([]);
    for (const [code, reason] of Object.entries(kind.unverifiable)) {
      expect(proofs.get(code as ProofCode)?.result, code).toBe('unverifiable');
      expect(proofs.get(code as ProofCode)?.sentence, code).toContain(reason);
    }

    const [had, has] = nativeContents(dropped, output);
    expect(has?.integrity).toEqual(kind.integrity ?? ['ok']);
    const upgraded = /^(table\|)?item\|/;
    expect(had?.schema.filter((object) => !upgraded.test(object) && !has?.schema.includes(object))).toEqual([]);
    expect(had?.rows.filter((row) => !upgraded.test(row) && !has?.rows.includes(row))).toEqual([]);
    for (const [question, answer] of Object.entries(kind.answers)) expect(askNative(output, question)).toBe(answer);
  });

  test('a script that needs what is missing stops, in the plan already, and says so', () => {
    for (const [script, reason] of Object.entries(kind.refused)) {
      const { run, plan, output } = upgrade(dropped, `CREATE TABLE first(a); ${script}`, engine);
      expect(plan.outcomes.map(({ verdict }) => verdict)).toEqual(['applied', 'failed']);
      expect(run.committed).toBe(false);
      expect(run.outcomes[1]?.failure?.message).toContain(reason);
      expect(Buffer.compare(output, dropped.database)).toBe(0);
    }
  });
});

test('an index on how a long real is spelt is found faulty where another version of SQLite, which spells it otherwise, built it', () => {
  const spelling = "SELECT '' || (0.1 + 0.2)";
  const before = nativeDatabase(
    `CREATE TABLE item(name); INSERT INTO item VALUES (0.1 + 0.2); CREATE INDEX item_name ON item(lower(name));`,
  );
  const here = withDatabase(before, (database) => String(rowsOf(database, spelling)[0]?.[0]));
  const { proofs } = upgrade({ database: before, log: null, journal: null }, 'CREATE TABLE added(a)');
  const proof = proofs.get('integrity-before');
  expect(proof?.result).toBe(here === askNative(before, spelling) ? 'pass' : 'warn');
  if (proof?.result === 'warn') expect(proof.details).toEqual(['row 1 missing from index item_name']);
});
