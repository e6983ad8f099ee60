// Two texts side by side; what the longest common lines are is asked of the system's own diff.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../amount';
import { diffLines } from '../../../src/explore/schema/ddlDiff';

const text = fc
  .array(fc.constantFrom('CREATE TABLE t (', '  a,', '  b TEXT,', '  c', ')', ''), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.join('\n'));

/** Lines that are in both, by diff(1), which looks for the fewest differences with -d. */
function commonByDiff(before: string, after: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-diff-'));
  try {
    writeFileSync(join(folder, 'before'), `${before}\n`);
    writeFileSync(join(folder, 'after'), `${after}\n`);
    const options = ['-d', '--unchanged-line-format=x', '--old-line-format=', '--new-line-format=', 'before', 'after'];
    return spawnSync('diff', options, { cwd: folder, encoding: 'utf8' }).stdout.length;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('Both texts are there whole, and as many lines stand beside their equal as diff finds', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const rows = diffLines(before, after);
      expect(rows.flatMap((row) => row.before?.text ?? []).join('\n')).toBe(before);
      expect(rows.flatMap((row) => row.after?.text ?? []).join('\n')).toBe(after);
      const same = rows.filter((row) => row.before && !row.before.differs);
      expect(same.every((row) => row.before?.text === row.after?.text)).toBe(true);
      expect(same).toHaveLength(commonByDiff(before, after));
    }),
    runs(150),
  );
});

it('In a line that a column was added to, the column is what differs', () => {
  const [row] = diffLines('a TEXT)', 'a TEXT, b TEXT DEFAULT 0)');
  expect(row?.after?.text.slice(row.after.from, row.after.to)).toBe(', b TEXT DEFAULT 0');
  expect(row?.before?.text.slice(row.before.from, row.before.to)).toBe('');
});

it('What is marked in a line is all that differs in it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const before = one.replace(/[\r\n]/g, '');
      const after = other.replace(/[\r\n]/g, '');
      for (const { before: was, after: is } of diffLines(before, after)) {
        if (!was?.differs || !is) continue;
        expect(was.text.slice(0, was.from) + is.text.slice(is.from, is.to) + was.text.slice(was.to)).toBe(after);
      }
    }),
    runs(100),
  );
});

it('Texts of thousands of lines that have nothing in common are set side by side at once', () => {
  const lines = (word: string): string => Array.from({ length: 5000 }, (_, at) => `${word} ${at}`).join('\n');
  expect(diffLines(lines('a'), lines('b'))).toHaveLength(5000);
});
