// The report says what was not done as plainly as what was: checks that were not made, hashes that were not computed.
import { describe, expect, test } from 'vitest';
import { PROOF_TITLES } from '../../../src/migration/proofs/proof';
import { pageFigures, reportAsJson, reportAsMarkdown, type ReportSource } from '../../../src/migration/report/report';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import { nativeDatabase, prove, runScript, withEvidence } from '../../databases';

const bytes = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);');
const run = runScript(bytes, 'ALTER TABLE t ADD COLUMN b; CREATE TABLE IF NOT EXISTS u(c)');

/** A report of a large file: what is dear was left out. */
const source: ReportSource = {
  input: { name: 'large.db', size: 5_000_000_000, sha256: null, sidecars: [] },
  output: { name: 'large.upgraded.db', size: 5_000_004_096, sha256: null },
  script: 'mine.sql',
  choices: DEFAULT_CHOICES,
  engineVersion: '3.54.1',
  startedAt: '2026-01-01T00:00:00.000Z',
  milliseconds: 12,
  totalMilliseconds: 34,
  writtenBytes: 8192,
  statements: run.statements,
  outcomes: run.outcomes,
  warnings: [],
  proofs: withEvidence(run, (evidence) => [prove(evidence, 'content', 'sparing')]),
  notMade: [
    { code: 'integrity-reopened', title: PROOF_TITLES['integrity-reopened'], reason: 'It reads all of it.' },
    { code: 'foreign-keys', title: PROOF_TITLES['foreign-keys'], reason: 'You skipped it.' },
  ],
  findings: [{ code: 'cut-short', sentence: 'The file is cut short.', agreed: 'Go on with it' }],
  pages: pageFigures(run.pages),
};

const parsed = (report: ReportSource): Readonly<Record<string, unknown>> =>
  JSON.parse(reportAsJson(report)) as Readonly<Record<string, unknown>>;

describe('a report of a database that was read along with its log', () => {
  const log = { name: 'large.db-wal', size: 12_345, sha256: 'ab'.repeat(32) };
  const joined: ReportSource = { ...source, input: { ...source.input, sidecars: [log] } };

  test('identifies the log as well, by name, size and hash', () => {
    expect(parsed(joined)).toMatchObject({ input: { name: 'large.db', sidecars: [log] } });
    const text = reportAsMarkdown(joined);
    expect(text).toContain('| Read along | large.db-wal, 12,345 bytes |');
    expect(text).toContain(`| Its SHA-256 | \`${log.sha256}\` |`);
    expect(reportAsMarkdown(source)).not.toContain('Read along');
  });
});

test('a report says what of the migrations does not come back, where that was rehearsed', () => {
  const remains = [{ subject: 'index by_a', sentence: 'The index by_a is left behind.' }];
  const rehearsed: ReportSource = {
    ...source,
    roundTrips: [
      { name: '1_a.sql', result: 'back', remains: [], failure: null },
      { name: '2_b.sql', result: 'differs', remains, failure: null },
    ],
  };
  expect(parsed(rehearsed)).toMatchObject({ roundTrips: rehearsed.roundTrips });
  expect(reportAsMarkdown(rehearsed)).toContain(`## Up and down again

Of 2 files, 1 comes back whole, 1 leaves something that is not as before.

- **COMES BACK** 1\\_a.sql: The schema and every row are as they were.
- **DIFFERS** 2\\_b.sql: 1 thing is not as before:
  - The index by\\_a is left behind.
`);
  expect(parsed(source)).not.toHaveProperty('roundTrips');
  expect(reportAsMarkdown(source)).not.toContain('Up and down again');
});

describe('a report of a run of which not everything was checked', () => {
  test('names for programs what was not made, with the reason, and gives no hash that was not computed', () => {
    expect(parsed(source)).toMatchObject({
      input: { sha256: null },
      output: { sha256: null },
      writtenBytes: 8192,
      pages: { pageSize: 4096, input: 2, changed: 1, result: 3 },
      proofs: [{ code: 'content', result: 'pass' }],
      notMade: [
        { code: 'integrity-reopened', reason: 'It reads all of it.' },
        { code: 'foreign-keys', reason: 'You skipped it.' },
      ],
    });
  });

  test('says the same to people, and never that every proof passed', () => {
    const text = reportAsMarkdown(source);
    expect(text).not.toContain('Every check passed');
    expect(text).toContain('Every check that was made passed; 2 checks not made: see below.');
    expect(text.match(/^- \*\*NOT MADE\*\* /gm)).toHaveLength(2);
    expect(text).toContain(`- **NOT MADE** ${PROOF_TITLES['foreign-keys']} (\`foreign-keys\`): You skipped it.`);
    expect(text).toContain('| Input SHA-256 | not computed |');
    expect(text).toContain('| Output SHA-256 | not computed |');
    expect(text).toContain('| Pages | 1 of 2 written, 3 in the result, 4096 bytes each |');
  });

  test('counts one that failed before those that were not made', () => {
    const [proof] = source.proofs;
    const failed = { ...source, proofs: proof ? [{ ...proof, result: 'fail' as const }] : [] };
    expect(reportAsMarkdown(failed)).toContain('Not every check passed: see below.');
  });
});

test('a report of a run that was rolled back speaks of no result, no pages and no proofs', () => {
  const stopped: ReportSource = { ...source, output: null, proofs: [], notMade: [], pages: null };
  expect(parsed(stopped)).toMatchObject({ output: null, pages: null, proofs: [], notMade: [] });
  const text = reportAsMarkdown(stopped);
  expect(text).toContain('everything was rolled back');
  expect(text).not.toMatch(/Output|\| Pages|NOT MADE|passed/);
});
