// Puts a fix into a copy of a script: what a rule offers is text, planned and run like any other.

import { ended } from '../../script/ended';
import { partsOf, type Script, type ScriptPart, type Statement } from '../../script/statement';
import type { Fix, FixEdit } from '../warning';

/** The script with the edits of a fix in it, each on lines of its own. What the edits do not touch stays byte for byte. */
export function applyFix(script: Script, statements: readonly Statement[], { edits }: Fix): Script {
  const changed = partsOf(script).map((part) => {
    const { name, text } = part;
    const own = edits.flatMap((edit) => placed(edit, statements, name, text));
    // From the end, so that the places before it stay true; of two at one place the first stays first.
    const ordered = own.map((one, at) => ({ ...one, at })).sort((a, b) => b.from - a.from || b.at - a.at);
    return {
      ...part,
      text: ordered.reduce((sql, { from, to, insert }) => sql.slice(0, from) + insert + sql.slice(to), text),
    };
  });
  if (typeof script === 'string') return changed[0]?.text ?? script;
  return changed.map((part): ScriptPart => ({ ...part, name: part.name ?? '' }));
}

interface Placed {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

function placed(edit: FixEdit, statements: readonly Statement[], name: string | null, text: string): readonly Placed[] {
  const commit = edit.place === 'end' ? closingCommit(statements) : undefined;
  if (commit) return placed({ place: 'before', ordinal: commit.ordinal, sql: edit.sql }, statements, name, text);
  const last = statements.at(-1);
  const statement = edit.place === 'end' ? last : statements.find(({ ordinal }) => ordinal === edit.ordinal);
  if (statement?.file !== name) return [];
  const sql = edit.sql.trimEnd();
  const end = statement.start + statement.text.length;
  const semicolon = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*;/.exec(text.slice(end))?.[0];
  const past = end + (semicolon?.length ?? 0);
  if (edit.place === 'before') return [{ from: statement.start, to: statement.start, insert: `${sql}\n` }];
  if (edit.place === 'instead') return [{ from: statement.start, to: past, insert: sql }];
  // What stands behind the statement on its line belongs to it.
  const line = edit.place === 'end' ? text.length : past + (/^[^\n]*/.exec(text.slice(past))?.[0].length ?? 0);
  const missing = semicolon === undefined ? ended(statement.text).slice(statement.text.length) : '';
  if (missing !== '') return [{ from: end, to: end, insert: `${missing}\n${sql}` }];
  const before = edit.place === 'end' && text.endsWith('\n') ? '' : '\n';
  return [{ from: line, to: line, insert: `${before}${sql}${edit.place === 'end' ? '\n' : ''}` }];
}

/** The COMMIT of a script that is one transaction; only settings stand behind it. */
function closingCommit(statements: readonly Statement[]): Statement | undefined {
  const last = statements.findLast(({ kind }) => kind !== 'pragma');
  return last?.kind === 'commit' ? last : undefined;
}
