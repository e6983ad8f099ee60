// Which of several files belong together, by their names alone.
import { describe, expect, it } from 'vitest';
import { sortFiles, type DroppedDatabase } from '../../src/ui/droppedFiles';

const NAMES = [
  'spine.db',
  'spine.db-wal',
  'spine.db-journal',
  'spine.db-shm',
  'other.db-wal',
  'second.db',
  '021.sql',
  '022.sql',
];
const files = Object.fromEntries(NAMES.map((name) => [name, new File(['content'], name)]));

/** What becomes of a drop: names of the database, its log and its journal, of the script, and what is said to be left out. */
function sorted(names: string, open: DroppedDatabase | null = null): string {
  const dropped = names.split(' ').flatMap((name) => files[name] ?? []);
  const { database, script, leftOut } = sortFiles(dropped, open);
  const { log, journal } = database?.sidecars ?? { log: null, journal: null };
  return [database?.file, log, journal, script].map((file) => file?.name ?? '·').join(' ') + (leftOut ? ' +' : '');
}

function opened(log: string | null): DroppedDatabase {
  const file = files['spine.db'];
  if (!file) throw new Error('No such file');
  return { file, sidecars: { log: log === null ? null : (files[log] ?? null), journal: null } };
}

describe('Files that are dropped together', () => {
  it.each([
    ['spine.db', 'spine.db · · ·'],
    ['spine.db-wal spine.db', 'spine.db spine.db-wal · ·'],
    ['spine.db-shm spine.db-journal 021.sql spine.db', 'spine.db · spine.db-journal 021.sql'],
    ['other.db-wal spine.db', 'spine.db · · · +'],
    ['spine.db second.db', 'spine.db · · · +'],
    ['021.sql 022.sql', '· · · 021.sql +'],
    ['spine.db-wal', 'spine.db-wal · · ·'],
    ['spine.db-shm', 'spine.db-shm · · ·'],
  ])('%s: %s', (names, expected) => {
    expect(sorted(names)).toBe(expected);
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
  ])('%s beside a log %s: %s', (names, log, expected) => {
    expect(sorted(names, opened(log))).toBe(expected);
  });
});
