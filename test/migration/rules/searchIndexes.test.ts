// A full-text index of rows in another table is warned of where native sqlite3 finds nothing, other rows, or an error with it, and else not.
import { describe, expect, test } from 'vitest';
import { nativeDatabase } from '../../databases';
import { natively, said, withFix } from '../../field/foreseen';

const PAGE =
  "CREATE TABLE page (id INTEGER PRIMARY KEY, body TEXT, n INT); INSERT INTO page (body) VALUES ('one word');";
const MADE = `CREATE VIRTUAL TABLE found USING fts4(content="page", body);`;
const FILL = "INSERT INTO found(found) VALUES ('rebuild');";
const FED = `CREATE TRIGGER feed AFTER UPDATE ON page BEGIN INSERT INTO found(found) VALUES ('rebuild'); END;`;
const KNOWN = `${PAGE} ${MADE} ${FILL}`;
const CHANGE = "UPDATE page SET body = 'other word';";
const SEARCH =
  "SELECT count(*) FROM found WHERE found MATCH 'one'; SELECT count(*) FROM found WHERE found MATCH 'other';";

describe('A full-text index', () => {
  test.each([
    ['is empty', PAGE, MADE, '0\n0', 'Nothing fills the full-text index found that statement 1 makes'],
    ['is made anew', KNOWN, `DROP TABLE found; ${MADE}`, '0\n0', 'that statement 2 makes'],
    ['is filled', PAGE, MADE + FILL, '1\n0', null],
    ['is filled by rows', PAGE, `${MADE} INSERT INTO found(docid, body) SELECT id, body FROM page;`, '1\n0', null],
    ['has no rows to read', PAGE, `DELETE FROM page; ${MADE}`, '0\n0', null],
    ['stays as its rows were', KNOWN, CHANGE, '1\n0', 'Statement 1 changes rows of page, and no trigger'],
    ['is filled after a change', KNOWN, CHANGE + FILL, '0\n1', null],
    ['is fed by a trigger', KNOWN + FED, CHANGE, '0\n1', null],
    ['is of another column', KNOWN, 'UPDATE page SET n = 3;', '1\n0', null],
    ['lies beside what changes', KNOWN, 'CREATE TABLE other (a); INSERT INTO other VALUES (1);', '1\n0', null],
    ['stays behind', KNOWN, 'ALTER TABLE page RENAME TO pages;', null, 'there is no page after the script'],
  ])('that %s', (_, database, script, finds, sentence) => {
    const bytes = nativeDatabase(database);
    const query = finds === null ? "SELECT body FROM found WHERE found MATCH 'one'" : SEARCH;
    const { text, error } = natively(bytes, script, query);
    expect(finds === null ? error !== '' : text).toBe(finds ?? true);
    const warnings = said(bytes, script).warnings.filter(({ code }) => code === 'stale-search-index');
    expect(warnings.map((one) => one.sentence.includes(sentence ?? ''))).toEqual(sentence === null ? [] : [true]);
    const [warning] = warnings;
    if (warning?.fix)
      expect(natively(bytes, withFix(script, warning), SEARCH).text).toBe(script === CHANGE ? '0\n1' : '1\n0');
  });
});
