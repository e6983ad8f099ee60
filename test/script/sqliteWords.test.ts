// What is offered while SQL is written is what SQLite knows, and nothing else.
import { expect, it } from 'vitest';
import { rowsOf } from '../../src/database';
import { SQLITE_FUNCTIONS, SQLITE_KEYWORDS } from '../../src/script/sqliteWords';
import { askNative, nativeDatabase, withDatabase } from '../databases';

it('The keywords are those that the sqlite3 shell completes', () => {
  const words = askNative(
    new Uint8Array(),
    "SELECT DISTINCT lower(candidate) FROM completion('') WHERE phase = 1 ORDER BY 1",
  );
  expect(SQLITE_KEYWORDS.split(/\s+/)).toEqual(words.split('\n'));
});

it('The functions are there in the engine', () => {
  withDatabase(nativeDatabase('CREATE TABLE t(x);'), (database) => {
    const known = new Set(rowsOf(database, 'SELECT name FROM pragma_function_list').map(([name]) => name));
    expect(SQLITE_FUNCTIONS.split(/\s+/).filter((name) => !known.has(name))).toEqual([]);
  });
});
