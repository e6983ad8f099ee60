// Tables and columns that are dropped and hold nothing, or nothing that is not elsewhere: no data goes, and a program that uses them fails.

import { foldName, quoteIdentifier } from '../../database';
import { findRelation } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { StatementOutcome } from '../outcome';
import type { Found, Rule, ScriptEnd } from '../warning';
import { rebuildRule } from './rebuiltTables';

const WORDS = {
  code: 'dropped-empty',
  name: 'A table or column is dropped that is empty, or whose values are elsewhere',
  why: 'No data is lost with it, but a program that still uses it fails.',
  safeWay: 'Upgrade the programs together with the file.',
};

/** Columns that a table rebuild leaves behind, and that held no value: those with values are told as lost. */
const leftBehind = rebuildRule(WORDS, ({ pair, columnNow, drop }, _, { outcomes }) => {
  const lost = outcomes.flatMap(({ loss }) => (loss ? [loss, ...(loss.also ?? [])] : []));
  const told = new Set(lost.flatMap(({ column }) => column?.split(', ').map(foldName) ?? []));
  return pair.lostColumns
    .filter((name) => columnNow(name) === null && !told.has(foldName(name)))
    .map((name): Found => {
      const { name: table } = pair.before;
      return {
        ordinal: drop.ordinal,
        severity: 'note',
        subject: `column ${table}.${name}`,
        sentence: `The table rebuild of ${table} leaves out ${table}.${name}, ${held(outcomes[drop.ordinal - 1], name)}: a program that uses it fails.`,
        remedy: WORDS.safeWay,
        fix: null,
      };
    });
});

/** What a column held that no loss is told of. */
function held(outcome: StatementOutcome | undefined, column: string): string {
  const kept = outcome?.keptIn?.find((one) => foldName(one.column) === foldName(column));
  return kept ? `whose values ${kept.where}` : 'which holds no value';
}

/** A table without rows, or a column without values, that is gone after the script. */
export const droppedEmpty: Rule = {
  ...WORDS,
  watch: (start) => {
    const { database, before, statements } = start;
    const drops = statements.filter(({ kind, temporary }) => /^drop (table|column)$/.test(kind) && !temporary);
    if (drops.length === 0) return null;
    const dropping = new Set(drops);
    const empty = new Set<ParsedStatement>();
    const rebuilt = leftBehind.watch(start);
    return {
      before: (statement) => {
        if (statement.kind !== 'drop table' || !dropping.has(statement)) return;
        const found = database.query(`SELECT 1 FROM main.${quoteIdentifier(statement.name ?? '')} LIMIT 1`);
        if (found.ok && found.value.length === 0) empty.add(statement);
      },
      end: (end) => [...findDropped(end), ...(rebuilt?.end(end) ?? [])],
    };

    function findDropped({ complete, after, outcomes }: ScriptEnd): readonly Found[] {
      return (complete ? drops : []).flatMap((statement): readonly Found[] => {
        const { kind, ordinal, table, column } = statement;
        const outcome = outcomes[ordinal - 1];
        const was = findRelation(before, table ?? '');
        const is = findRelation(after, table ?? '');
        if (outcome?.verdict !== 'applied' || outcome.loss !== null || was?.kind !== 'table') return [];
        const lost = was.columns.find(({ name }) => foldName(name) === foldName(column ?? ''));
        const isGone =
          kind === 'drop table'
            ? is === undefined && empty.has(statement)
            : lost?.generated === null && is?.columns.every(({ name }) => foldName(name) !== foldName(lost.name));
        if (!isGone) return [];
        const what =
          kind === 'drop table'
            ? `the table ${was.name}, which has no rows`
            : `${was.name}.${lost?.name ?? ''}, ${held(outcome, lost?.name ?? '')}`;
        return [
          {
            ordinal,
            severity: 'note',
            subject: kind === 'drop table' ? `table ${was.name}` : `column ${was.name}.${lost?.name ?? ''}`,
            sentence: `Statement ${ordinal} drops ${what}: a program that uses it fails.`,
            remedy: 'Upgrade the programs together with the file.',
            fix: null,
          },
        ];
      });
    }
  },
};
