// A COMMIT before the end of a file: what an error behind it would leave in a file that another program upgrades.

import type { Statement } from '../../script/statement';
import type { Found, Rule } from '../warning';

/** A COMMIT between statements of one file that change something. */
export const earlyCommit: Rule = {
  code: 'early-commit',
  name: 'A file commits before its end',
  why: 'Where a later statement fails, a tool leaves the file half upgraded, and running the script again may fail for what is there. Here nothing is kept then.',
  safeWay: 'Put what belongs together into one transaction; elsewhere, run the script on a copy.',
  watch: ({ statements }) => {
    if (!statements.some(({ kind }) => kind === 'commit')) return null;
    return {
      end: ({ outcomes }): readonly Found[] => {
        /** The first and the last statement of each file that changes something. */
        const reach = new Map<string | null, { readonly first: number; readonly last: number }>();
        for (const statement of statements) {
          if (!CHANGES_NOTHING.test(statement.kind)) {
            const { file, ordinal } = statement;
            reach.set(file, { first: reach.get(file)?.first ?? ordinal, last: ordinal });
          }
        }
        return statements.flatMap((commit: Statement): readonly Found[] => {
          const { kind, ordinal, file } = commit;
          const { first = Infinity, last = 0 } = reach.get(file) ?? {};
          if (kind !== 'commit' || first > ordinal || last < ordinal) return [];
          if (outcomes[ordinal - 1]?.verdict !== 'applied') return [];
          return [
            {
              ordinal,
              severity: 'note',
              subject: `statement ${ordinal}`,
              sentence: `Statement ${ordinal} commits before the ${file === null ? 'script' : `file ${file}`} has ended: where a later statement fails, another tool leaves the database half upgraded. Here nothing is kept then.`,
              remedy: 'Elsewhere, run it on a copy of the database.',
              fix: null,
            },
          ];
        });
      },
    };
  },
};

const CHANGES_NOTHING =
  /^(select|explain|pragma|begin|commit|rollback|rollback to|savepoint|release|vacuum|analyze|reindex)$/;
