// The names that files get in an archive.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { archiveNames } from '../../src/batch/archiveNames';

describe('The names of files in an archive', () => {
  it('are their own, in one folder, with the folders that they came in', () => {
    expect(archiveNames(['spine.db', 'clinic a/übung 脊.sqlite', '.hidden'], 'upgraded')).toEqual([
      'upgraded/spine.db',
      'upgraded/clinic a/übung 脊.sqlite',
      'upgraded/.hidden',
    ]);
  });

  it('are numbered where two files have the same, and never take the name that another file has by itself', () => {
    expect(archiveNames(['a.db', 'a.db', 'A.DB', 'a (2).db', 'a.db'], 'x')).toEqual([
      'x/a.db',
      'x/a (3).db',
      'x/A (4).DB',
      'x/a (2).db',
      'x/a (5).db',
    ]);
  });

  it('are different where file systems see no difference between letters', () => {
    const [composed, decomposed] = archiveNames(['caf\u00e9.db', 'cafe\u0301.db'], 'x');
    expect(composed).toBe('x/caf\u00e9.db');
    expect(decomposed).toBe('x/cafe\u0301 (2).db');
  });

  it.each([
    ['../../etc/passwd', 'x/_/_/etc/passwd'],
    ['/absolute.db', 'x/absolute.db'],
    ['C:\\spine.db', 'x/C__spine.db'],
    ['a:b*c?.db', 'x/a_b_c_.db'],
    ['line\nbreak.db', 'x/line_break.db'],
    ['gpj.\u202ebd.db', 'x/gpj._bd.db'],
    ['con.db', 'x/_con.db'],
    ['NUL', 'x/_NUL'],
    ['ends.db. .', 'x/ends.db'],
    ['', 'x/_'],
    ['spine.db-wal', 'x/spine.db-wal.db'],
    ['half \ud83d.db', 'x/half _.db'],
  ])('are safe to unpack: %j becomes %j', (path, name) => {
    expect(archiveNames([path], 'x')).toEqual([name]);
  });

  it('are one for each file, all different, below the folder, and no name is a folder as well', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('a', 'A', 'a.db', 'a (2).db', '..', '.', 'con', 'a.db-wal', 'x'.repeat(300)),
    );
    const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 12 }), (paths) => {
        const names = archiveNames(paths, 'x');
        const folded = names.map((name) => name.normalize('NFC').toLowerCase());

        expect(names).toHaveLength(paths.length);
        expect(new Set(folded).size).toBe(names.length);
        for (const name of folded) {
          const parts = name.split('/');
          expect(parts[0]).toBe('x');
          expect(parts.slice(1).every((one) => !['', '.', '..'].includes(one))).toBe(true);
          expect(folded.some((other) => other.startsWith(`${name}/`))).toBe(false);
        }
      }),
      runs(100),
    );
  });
});
