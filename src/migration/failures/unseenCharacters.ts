// Characters that are not what they look like, or are not seen at all: what SQLite does not find or cannot read, for whoever looks at it, is there.

import type { FailedStatement } from '../run/failureHelp';
import { describeLookalikes, lookalikesIn, withoutLookalikes } from '../../script/lookalikes';
import { listed } from '../../words';
import type { Explanation, Said } from './explanation';

/** Where a statement has such a character. */
export const UNSEEN_CHARACTERS: readonly Explanation[] = [
  {
    pattern:
      /syntax error|^unrecognized token|^incomplete input|^no such (?:table|column|function)|has no column named/,
    explain: explainLookalikes,
  },
  { pattern: /^unrecognized token/, explain: explainControl },
];

/** Words with blanks or quotes in them that are letters to SQLite: what it does not find or cannot read then, only looks right. */
function explainLookalikes({ statement }: FailedStatement): Said | null {
  const words = lookalikesIn(statement).map(({ text }) => text);
  if (words.length === 0) return null;
  const characters = describeLookalikes(words.join(' '));
  const [them, letters] = characters.length === 1 ? ['it', 'a letter'] : ['them', 'letters'];
  return {
    explanation: `The statement has ${listed(characters)} in ${listed([...new Set(words)])}. SQLite takes ${them} for ${letters} of a name, and not for what ${them === 'it' ? 'it looks' : 'they look'} like.`,
    wayOut: 'Write plain blanks and straight quotes. Word processors, chats and web pages put others in their place.',
    mend: { before: [], instead: withoutLookalikes(statement), after: [] },
  };
}

/** A control character, which no editor shows: Ctrl+Z is how old programs of DOS and Windows end a file. */
function explainControl({ statement: { tokens } }: FailedStatement): Said | null {
  const found = tokens.find(({ kind, text }) => kind === 'illegal' && text < ' ');
  if (!found) return null;
  const code = `U+${(found.text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const isEnd = code === 'U+001A' && tokens.length === 1;
  return {
    explanation: `The statement has the control character ${code}${isEnd ? ' (Ctrl+Z), by which old programs mark the end of a file' : ''}, which SQLite cannot read.`,
    wayOut: 'Remove it: an editor that shows control characters finds it.',
  };
}
