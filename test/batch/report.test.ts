// The report on many files, made of real runs.
import { describe, expect, it } from 'vitest';
import { FILE_OUTCOMES, reportOfMany, type FileReport } from '../../src/batch/report';
import { pageFigures, reportAsJson, type ReportSource } from '../../src/migration/report/report';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { digestOf, nativeDatabase, prove, runScript, withEvidence } from '../databases';

const script = 'ALTER TABLE t ADD COLUMN b;';
const bytes = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);');
const made = runScript(bytes, script);
const input = { name: 'a/spine.db', size: bytes.length, sha256: digestOf(bytes), sidecars: [] };
const output = { name: 'upgraded/a/spine.db', size: made.output.length, sha256: digestOf(made.output) };
const run: ReportSource = {
  input,
  output,
  script: 'mine.sql',
  choices: DEFAULT_CHOICES,
  engineVersion: '3.54.1',
  startedAt: '2026-01-01T00:00:00.000Z',
  milliseconds: 1,
  totalMilliseconds: 2,
  writtenBytes: 4096,
  statements: made.statements,
  outcomes: made.outcomes,
  warnings: [],
  proofs: withEvidence(made, (evidence) => [prove(evidence, 'content')]),
  notMade: [],
  findings: [],
  pages: pageFigures(made.pages),
};
const differences = [{ kind: 'added', object: 'table', name: 'u', nameBefore: null }] as const;
const upgraded: FileReport = {
  input,
  outcome: 'upgraded',
  sentence: '',
  help: '',
  archived: output.name,
  differences,
  run,
};
const refused: FileReport = {
  input: { name: 'photo.db', size: 12, sha256: null, sidecars: [] },
  outcome: 'refused',
  sentence: 'It is a photo.',
  help: 'Drop a database.',
  archived: null,
  differences: null,
  run: null,
};
const report = JSON.parse(
  reportOfMany({
    script: 'mine.sql',
    target: 'target.db',
    choices: DEFAULT_CHOICES,
    madeAt: '2026-01-01T00:00:05.000Z',
    files: [upgraded, refused],
  }),
) as { readonly counts: Readonly<Record<string, number>>; readonly files: readonly object[] };

describe('The report on many files', () => {
  it('has each file once, in their order, and says what became of it', () => {
    expect(report).toMatchObject({ format: 1, of: 'many files', script: 'mine.sql', target: 'target.db' });
    expect(report.files).toMatchObject([
      { ...input, outcome: 'upgraded', archived: 'upgraded/a/spine.db', differences },
      { name: 'photo.db', outcome: 'refused', sentence: 'It is a photo.', archived: null, run: null },
    ]);
  });

  it('has of each run the report that the file alone would have', () => {
    expect(report.files[0]).toMatchObject({ run: JSON.parse(reportAsJson(run)) as object });
  });

  it('counts every outcome, those that no file had too', () => {
    expect(Object.keys(report.counts)).toEqual([...FILE_OUTCOMES]);
    expect(report.counts).toMatchObject({ upgraded: 1, refused: 1, failed: 0, lost: 0 });
  });
});
