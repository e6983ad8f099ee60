// Many databases are led to one schema: what several of them ask alike is one question, which is answered once for all of them.

import type { Question } from '../compare/question';

/** One of many, with what it asks. */
export interface Asking<One> {
  readonly one: One;
  /** How it is called. */
  readonly name: string;
  readonly questions: readonly Question[];
}

/** A question that is the same for some of them: of the same thing, in the same words, with the same answers to choose from. */
export interface SharedQuestion<One> {
  /** Unlike those of all others. */
  readonly key: string;
  /** Its evidence tells whose it is where that differs; its answer is the one that all of them have, else null. */
  readonly question: Question;
  /** Who asks it, each with what it is to that one. */
  readonly asking: readonly { readonly one: One; readonly name: string; readonly question: Question }[];
  /** Some are answered in another way than others. */
  readonly isMixed: boolean;
}

/** So many names are listed at most; the others are counted. */
const NAMED = 3;
/** So many lines of evidence that are not the same for all. */
const LINES = 8;

/**
 * Joins the questions of many databases. The counts of a question stand in its evidence alone (see `Question`), so files of which
 * one has three rows and the other five ask the same.
 * @example
 * shareQuestions([{ one: a, name: 'a.db', questions }, { one: b, name: 'b.db', questions }])[0].asking.length; // 2
 */
export function shareQuestions<One>(all: readonly Asking<One>[]): readonly SharedQuestion<One>[] {
  const groups = new Map<string, SharedQuestion<One>['asking'][number][]>();
  for (const { one, name, questions } of all) {
    for (const question of questions) {
      const { id, kind, sentence, options } = question;
      const key = JSON.stringify([id, kind, sentence, options]);
      const group = groups.get(key) ?? [];
      group.push({ one, name, question });
      groups.set(key, group);
    }
  }
  return [...groups].flatMap(([key, asking]): readonly SharedQuestion<One>[] => {
    const [first] = asking;
    if (!first) return [];
    const { question } = first;
    const isMixed = asking.some((other) => other.question.answer !== question.answer);
    const shown = { ...question, evidence: evidenceOf(asking), answer: isMixed ? null : question.answer };
    return [{ key, question: shown, asking, isMixed }];
  });
}

/** Lines that not all have begin with the names of those that have them, and come last; of many only the first are there. */
function evidenceOf(asking: SharedQuestion<unknown>['asking']): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const { name, question } of asking) {
    for (const line of question.evidence) lines.set(line, [...(lines.get(line) ?? []), name]);
  }
  const shared = [...lines].filter(([, names]) => names.length === asking.length).map(([line]) => line);
  const own = [...lines].filter(([, names]) => names.length < asking.length);
  const shown = own.slice(0, own.length <= LINES + 1 ? own.length : LINES);
  const more = own.length - shown.length;
  return [
    ...shared,
    ...shown.map(([line, names]) => `${listNames(names)}: ${line}`),
    ...(more > 0 ? [`And ${more} more lines, which stand with each file below.`] : []),
  ];
}

/** `a.db, b.db, c.db and 2 more`. */
export function listNames(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more <= 1 ? names.join(', ') : `${names.slice(0, NAMED).join(', ')} and ${more} more`;
}
