// The script that the rivals run: the migration, with Drydock's own SQL where SQLite refuses a statement as it is written.

/**
 * @typedef {object} ReportedStatement what is read of a statement of Drydock's JSON report (src/migration/report.ts)
 * @property {number} ordinal
 * @property {string | null} sql
 * @property {string} verdict
 * @property {readonly string[] | null} executed what ran instead of the statement
 */

/**
 * One transaction that does what the reported run did. A skipped statement is left out, since SQLite would refuse it; one
 * that had nothing to change stays, since it takes its time too. Throws where a statement did not run.
 * @param {readonly ReportedStatement[]} statements
 */
export function composeScript(statements) {
  const all = statements.flatMap(({ ordinal, sql, verdict, executed }) => {
    if (verdict === 'adapted' && executed !== null) return executed;
    if (verdict === 'skipped') return [];
    if ((verdict !== 'applied' && verdict !== 'unchanged') || sql === null) {
      throw new Error(`Statement ${String(ordinal)} of the report is ${verdict}: there is nothing to compare`);
    }
    // The whole script is one transaction here as well.
    return /^(BEGIN|COMMIT|END)\b/i.test(sql) ? [] : [sql];
  });
  // Nothing comes before the semicolon: SQLite takes white space there into the text of an index.
  return ['BEGIN', ...all, 'COMMIT'].map((sql) => `${sql};\n`).join('');
}
