// Which of several files is the database, which the script, and what belongs together: by their bytes, and by names where SQLite does.
import { describe, expect, it } from 'vitest';
import { type DroppedDatabase, notePath, pathOf } from '../../src/ui/state/droppedFiles';
import { lookAt, sortFiles } from '../../src/ui/state/sortedFiles';

const DATABASE = 'SQLite format 3\0';
const SQL = '-- what it does\nCREATE TABLE t(a);';
/** What is in a file by its name; the names that say nothing, or what is not so, are told apart by it alone. */
const CONTENTS: Readonly<Record<string, string>> = {
  'spine.db': DATABASE,
  'second.db': DATABASE,
  'good.sql': DATABASE,
  ['café.db'.normalize('NFC')]: DATABASE,
  'script.txt': SQL,
  'long.txt': `/* ${'words '.repeat(2000)} */ CREATE TABLE t(a);`,
  '021.sql': SQL,
  '022.sql': SQL,
  'odd.sql': 'caf\u0001 no text',
  'readme.txt': 'read me first, then the rest',
  'shot.png': '\u0089PNG\r\n\u001a\n',
  'lost.db': 'the first page is in the log',
};

function fileOf(name: string): File {
  return new File([CONTENTS[name] ?? 'content'], name);
}

/** What becomes of a drop: names of the database, its log and its journal, of the script, and what is said to be left out. */
async function sorted(
  names: string,
  open: DroppedDatabase | null = null,
  waited: readonly string[] = [],
): Promise<string> {
  const seen = await lookAt(names.split(' ').map(fileOf));
  const { database, scripts, leftOut } = sortFiles(seen, open, waited.map(fileOf));
  const { log, journal } = database?.sidecars ?? { log: null, journal: null };
  const script = scripts.map(({ name }) => name).join('&') || '·';
  return [...[database?.file, log, journal].map((file) => file?.name ?? '·'), script].join(' ') + (leftOut ? ' +' : '');
}

function opened(log: string | null): DroppedDatabase {
  return { file: fileOf('spine.db'), sidecars: { log: log === null ? null : fileOf(log), journal: null } };
}

describe('Files that are dropped together', () => {
  it.each([
    ['spine.db', 'spine.db · · ·'],
    ['spine.db-wal spine.db', 'spine.db spine.db-wal · ·'],
    ['spine.db-shm spine.db-journal 021.sql spine.db', 'spine.db · spine.db-journal 021.sql'],
    ['other.db-wal spine.db', 'spine.db · · · +'],
    ['spine.db second.db', 'spine.db · · ·'],
    ['021.sql 022.sql', '· · · 021.sql&022.sql'],
    ['2.sqm 10.sqm spine.db', 'spine.db · · 2.sqm&10.sqm'],
    ['spine.db-wal', 'spine.db-wal · · ·'],
    ['spine.db-shm', 'spine.db-shm · · ·'],
    ['good.sql', 'good.sql · · ·'],
    ['good.sql 021.sql', 'good.sql · · 021.sql'],
    ['script.txt spine.db', 'spine.db · · script.txt'],
    ['long.txt spine.db', 'spine.db · · long.txt'],
    ['script.txt 021.sql spine.db', 'spine.db · · 021.sql +'],
    ['script.txt', 'script.txt · · ·'],
    ['odd.sql spine.db', 'spine.db · · odd.sql'],
    ['readme.txt spine.db spine.db-wal', 'spine.db spine.db-wal · · +'],
    ['shot.png spine.db spine.db-wal', 'spine.db spine.db-wal · · +'],
    ['shot.png lost.db lost.db-wal', 'lost.db lost.db-wal · · +'],
    ['shot.png', 'shot.png · · ·'],
    ['shot.png 021.sql', 'shot.png · · 021.sql'],
    [
      `${'café.db-wal'.normalize('NFD')} ${'café.db'.normalize('NFC')}`,
      `${'café.db'.normalize('NFC')} ${'café.db-wal'.normalize('NFD')} · ·`,
    ],
  ])('%s: %s', async (names, expected) => {
    expect(await sorted(names)).toBe(expected);
  });

  it('of which one cannot be read are said to be so, and the others are used', async () => {
    const folder = fileOf('folder');
    Object.defineProperty(folder, 'stream', {
      value: () => {
        throw new Error('no');
      },
    });
    const [one, both] = await Promise.all([lookAt([folder]), lookAt([folder, fileOf('spine.db')])]);
    expect(sortFiles(one, null)).toMatchObject({
      database: null,
      leftOut: { sentence: 'folder was not read: the browser gives no bytes of it, as of a folder.' },
    });
    expect(sortFiles(both, null).database?.file.name).toBe('spine.db');
  });

  it('of which several are databases are all taken, each with its own sidecars, and with one that only is called so', async () => {
    const names = ['spine.db', 'second.db-wal', 'second.db', 'garbage.sqlite3', 'shot.png', '021.sql'];
    const { many, scripts, leftOut } = sortFiles(await lookAt(names.map(fileOf)), null);
    expect(many.map(({ file, sidecars }) => [file.name, sidecars.log?.name, sidecars.journal?.name])).toEqual([
      ['spine.db', undefined, undefined],
      ['second.db', 'second.db-wal', undefined],
      ['garbage.sqlite3', undefined, undefined],
    ]);
    expect(scripts.map(({ name }) => name)).toEqual(['021.sql']);
    expect(leftOut?.sentence).toContain('shot.png was not read');
    expect(sortFiles(await lookAt([fileOf('spine.db')]), null).many).toEqual([]);
  });

  it('of a folder with scripts are not warned of, whatever the tool and the project have put there', async () => {
    const files = ['m/1_a.sql', 'm/meta/0000_snapshot.json', 'm/logo.png', 'm/LICENSE', 'm/x.bin'].map((path) => {
      const file = fileOf(path.split('/').at(-1) ?? '');
      notePath(file, path);
      return file;
    });
    const { scripts, besideScripts, leftOut } = sortFiles(await lookAt(files), null);
    expect([scripts.length, besideScripts.length, leftOut]).toEqual([1, 4, null]);
  });

  it('of a folder with scripts are scripts while a database is open: one that lies there for tests does not take its place', async () => {
    const files = ['m/1_a.sql', 'm/second.db', 'm/second.db-wal', 'm/spine.db-wal'].map((path) => {
      const file = fileOf(path.split('/').at(-1) ?? '');
      notePath(file, path);
      return file;
    });
    const seen = await lookAt(files);
    const { database, scripts, besideScripts, leftOut } = sortFiles(seen, opened(null));
    expect([database?.file.name, database?.sidecars.log?.name, leftOut]).toEqual(['spine.db', 'spine.db-wal', null]);
    expect([...scripts, ...besideScripts].map(({ name }) => name)).toEqual(['1_a.sql', 'second.db', 'second.db-wal']);
    expect(sortFiles(seen, null).database?.file.name).toBe('second.db');
  });

  it('of a folder that has only programs are its history, and what is open stays open whatever a folder has', async () => {
    const at = (path: string): File => {
      const file = fileOf(path.split('/').at(-1) ?? '');
      notePath(file, path);
      return file;
    };
    const code = await lookAt(['m/1_people.js', 'm/2_city.js', 'm/notes.js'].map(at));
    const { database, scripts, besideScripts, leftOut } = sortFiles(code, opened(null));
    expect([database, scripts.length, besideScripts.length, leftOut]).toEqual([null, 2, 1, null]);
    const strange = sortFiles(await lookAt(['m/readme.txt', 'm/shot.png'].map(at)), opened(null));
    expect([strange.database, strange.leftOut?.sentence]).toEqual([
      null,
      'readme.txt, shot.png were not read: they are neither SQL nor a database.',
    ]);
  });

  it('of folders have their sidecars beside them in the same folder, not in one that has a file of the same name', async () => {
    const files = ['a/spine.db', 'b/spine.db', 'b/spine.db-wal'].map((path) => {
      const file = fileOf(path.split('/').at(-1) ?? '');
      notePath(file, path);
      return file;
    });
    const { many } = sortFiles(await lookAt(files), null);
    expect(many.map(({ file, sidecars }) => [pathOf(file), sidecars.log && pathOf(sidecars.log)])).toEqual([
      ['a/spine.db', null],
      ['b/spine.db', 'b/spine.db-wal'],
    ]);
  });

  it('may have come one after the other: a sidecar waits for its database, and only for that', async () => {
    expect(sortFiles(await lookAt([fileOf('spine.db-wal')]), null).waiting.map(({ name }) => name)).toEqual([
      'spine.db-wal',
    ]);
    expect(await sorted('spine.db', null, ['spine.db-wal'])).toBe('spine.db spine.db-wal · ·');
    expect(await sorted('second.db', null, ['spine.db-wal'])).toBe('second.db · · · +');
    expect(await sorted('021.sql', null, ['spine.db-wal'])).toBe('· · · 021.sql');
  });
});

describe('Twice as many files that are dropped together are at most twice as much to look at', () => {
  /** How often the name of a file is looked at to sort so many. */
  function looks(names: readonly string[]): number {
    let count = 0;
    const files = names.map((name) =>
      Object.defineProperty(fileOf(name), 'name', {
        get: () => {
          count++;
          return name;
        },
      }),
    );
    const seen = files.map((file, at) => ({
      file,
      kind: names[at]?.endsWith('.db') === true ? ('database' as const) : ('other' as const),
    }));
    sortFiles(seen, null, []);
    return count;
  }
  const numbered = (count: number, ...endings: readonly string[]): readonly string[] =>
    Array.from({ length: count }, (_, at) => endings.map((ending) => `f${at}${ending}`)).flat();

  it.each([
    ['databases', ['.db']],
    ['databases with their logs and journals', ['.db-wal', '.db', '.db-journal']],
    ['logs without a database', ['.db-wal']],
    ['scripts', ['.sql']],
    ['other files', ['.png']],
  ])('%s', (_, endings) => {
    const [once, twice] = [looks(numbered(100, ...endings)), looks(numbered(200, ...endings))];
    expect(once).toBeGreaterThan(0);
    expect(twice).toBeLessThanOrEqual(2.1 * once);
  });

  it('and each of hundreds of databases has its own sidecars', () => {
    const names = numbered(300, '.db-wal', '.db', '.db-journal');
    const seen = names.map((name) => ({
      file: fileOf(name),
      kind: name.endsWith('.db') ? ('database' as const) : ('other' as const),
    }));
    const { many, leftOut } = sortFiles(seen, null, []);
    expect(many).toHaveLength(300);
    expect(leftOut).toBeNull();
    for (const { file, sidecars } of many) {
      expect([sidecars.log?.name, sidecars.journal?.name]).toEqual([`${file.name}-wal`, `${file.name}-journal`]);
    }
  });
});

describe('Files that are dropped on a database that is open', () => {
  it.each([
    ['spine.db-wal', null, 'spine.db spine.db-wal · ·'],
    ['spine.db-journal', 'spine.db-wal', 'spine.db spine.db-wal spine.db-journal ·'],
    ['spine.db-shm', null, '· · · ·'],
    ['021.sql', 'spine.db-wal', '· · · 021.sql'],
    ['other.db-wal', null, '· · · · +'],
    ['second.db', 'spine.db-wal', 'second.db · · ·'],
    ['script.txt', null, '· · · script.txt'],
    ['readme.txt', null, 'readme.txt · · ·'],
    ['readme.txt 021.sql', null, '· · · 021.sql'],
    ['_journal.json 0000_snapshot.json 12_post.go .keep atlas.sum 021.sql', null, '· · · 021.sql'],
    ['notes.doc 021.sql', null, '· · · 021.sql +'],
  ])('%s beside a log %s: %s', async (names, log, expected) => {
    expect(await sorted(names, opened(log))).toBe(expected);
  });
});
