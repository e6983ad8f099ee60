// What the worker asks of functions and collations of an application that a script misses.

import type { Definition, Outcome } from '../../database';
import { needKey, type Need } from '../../chain/needs';
import type { Refusal } from '../../file/identify';
import { missingIn } from '../../functions/meaning';
import type { Choices } from '../../migration/outcome';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { OpenedFile } from '../openedFile';
import { readable } from '../unreadable';
import type { FileOfWorker, ReadyFile } from './fileOfWorker';

/**
 * What is asked of functions and collations that a planned script misses, or names.
 * @param message of SQLite at the statement that failed; null where none did
 * @param plan plans the script once more and gives that message
 */
export async function askForMeanings(
  file: FileOfWorker,
  { open, faults }: ReadyFile,
  { statements, choices }: { readonly statements: readonly ParsedStatement[]; readonly choices: Choices },
  message: string | null,
  plan: (open: OpenedFile) => string | null,
): Promise<Outcome<readonly Need[], Refusal>> {
  const { meanings = [] } = choices;
  if (meanings.length === 0 && (message === null || missingIn(message) === null)) return { ok: true, value: [] };
  const functions = await file.loadFunctions();
  if (!functions.ok) return functions;
  const { define, findMissing, needsOfMeaning, known } = functions.value;
  const chosen = await file.chooseFor(statements, [{ kind: 'function', name: '' }]);
  if (!chosen.ok) return chosen;
  const { engine } = chosen.value;
  return readable(() => {
    const { definitions } = define(meanings, known, engine, statements);
    const attempt = (standIns: readonly Definition[]): string | null =>
      plan(open.on(engine, [...definitions, ...standIns]));
    const asked = needsOfMeaning(findMissing(message, attempt, statements), meanings, statements);
    const wrong = new Map(faults.map(({ meaning, sentence }) => [needKey(meaning), sentence]));
    return {
      ok: true,
      value: asked.map((need) => ({ ...need, sentence: wrong.get(needKey(need)) ?? need.sentence })),
    };
  });
}
