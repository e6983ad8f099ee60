// All rules of the plan, and what they find in one script: in its order, and silenced where the script says so.

import type { Script } from '../../script/statement';
import type { Found, Rule, Warning, WatchScript } from '../warning';
import { changedConstraint } from './changedConstraints';
import { changedRowids, changedValues, lostColumn, lostRows, repeatedRows } from './losses';
import { earlyCommit } from './earlyCommit';
import { droppedEmpty } from './emptyDrops';
import { brokenReference, orphanedRows } from './foreignKeys';
import { doubleQuotedString } from './doubleQuotedString';
import { duplicateIndex, nonConstantDefault, unindexedForeignKey } from './indexes';
import { renamedColumn, renamedTable } from './renames';
import { sqliteVersion } from './sqliteVersion';
import { brokenTrigger, brokenView } from './brokenObjects';
import { readIgnores } from './ignores';
import { lostIndex, lostTrigger } from './lostObjects';
import { lostColumnClause, lostComment, lostConstraint, lostTableOption } from './lostParts';
import { leftOnRenamed } from './leftOnRenamed';
import { lookalike } from './lookalike';
import { loweredCounter } from './loweredCounter';
import { staleSearchIndex } from './searchIndexes';

/** Every rule, in the order of docs/rules.md. */
export const RULES: readonly Rule[] = [
  lostRows,
  lostColumn,
  changedValues,
  changedRowids,
  repeatedRows,
  brokenView,
  brokenTrigger,
  brokenReference,
  orphanedRows,
  leftOnRenamed,
  loweredCounter,
  staleSearchIndex,
  lostTrigger,
  lostIndex,
  lostConstraint,
  changedConstraint,
  lostTableOption,
  lostColumnClause,
  lostComment,
  doubleQuotedString,
  lookalike,
  renamedTable,
  renamedColumn,
  droppedEmpty,
  nonConstantDefault,
  duplicateIndex,
  unindexedForeignKey,
  earlyCommit,
  sqliteVersion,
];

/**
 * Watches scripts for all rules.
 * @param script the script that is planned: its comments may silence rules
 * @example
 * const plan = planMigration(database, statements, DEFAULT_CHOICES, { losses, watch: watchRules(script) });
 * plan.warnings; // [{ code: 'broken-view', ordinal: 3, subject: 'view big', sentence: …, remedy: …, fix: null, … }]
 */
export function watchRules(script: Script, rules: readonly Rule[] = RULES): WatchScript {
  return (start) => {
    const watches = rules.flatMap((rule) => {
      const watch = rule.watch(start);
      return watch ? [{ code: rule.code, watch }] : [];
    });
    const attentive = watches.flatMap(({ watch }) => watch.before ?? []);
    return {
      before(statement, shadow) {
        for (const before of attentive) before(statement, shadow);
      },
      end(end) {
        const ignores = new Map(
          readIgnores(script, start.statements)
            .map((one) => [keyOf(one.code, one.ordinal), one.reason] as const)
            .reverse(),
        );
        const warnings = watches.flatMap(({ code, watch }) =>
          saidOnce(watch.end(end)).map((found): Warning => ({
            ...found,
            code,
            ignored: ignores.get(keyOf(code, found.ordinal)) ?? null,
          })),
        );
        return warnings.sort((one, other) => one.ordinal - other.ordinal);
      },
    };
  };
}

/** Without what is said twice of a statement, as of a foreign key that a table declares twice. */
function saidOnce(found: readonly Found[]): readonly Found[] {
  return [...new Map(found.map((one) => [`${one.ordinal} ${one.sentence}`, one] as const)).values()];
}

function keyOf(code: string, ordinal: number): string {
  return `${code} ${ordinal}`;
}
