// Words with characters in them that look like blanks or quotes: to SQLite they are part of the name.

import { describeLookalikes, lookalikesIn, withoutLookalikes } from '../../script/lookalikes';
import { listed } from '../../words';
import type { Found, Rule } from '../warning';

/** A blank or a quote that is none. */
export const lookalike: Rule = {
  code: 'lookalike',
  name: 'A name has a blank or a quote in it that is none',
  why: 'Word processors, chats and web pages write quotes and blanks of their own, which are letters to SQLite: “name” is another name than "name", and no program finds it.',
  safeWay: 'Write straight quotes and plain blanks.',
  watch: ({ statements }) => {
    const written = statements.filter((statement) => lookalikesIn(statement).length > 0);
    if (written.length === 0) return null;
    return {
      end: ({ outcomes }) =>
        written.flatMap((statement): readonly Found[] => {
          const { ordinal } = statement;
          const verdict = outcomes[ordinal - 1]?.verdict;
          if (verdict === 'failed' || verdict === 'not run') return [];
          const words = lookalikesIn(statement).map(({ text }) => text);
          const characters = describeLookalikes(words.join(' '));
          return [
            {
              ordinal,
              severity: 'warning',
              subject: `word ${words[0] ?? ''}`,
              sentence: `Statement ${ordinal} has ${listed(characters)} in ${listed([...new Set(words)])}: SQLite takes ${characters.length === 1 ? 'it' : 'them'} for ${characters.length === 1 ? 'a letter' : 'letters'} of the name.`,
              remedy:
                'If a plain blank or quote is meant, write that. If the name has this character, write the name in double quotes.',
              fix: {
                label: 'Write plain blanks and quotes',
                edits: [{ place: 'instead', ordinal, sql: `${withoutLookalikes(statement)};` }],
              },
            },
          ];
        }),
    };
  },
};
