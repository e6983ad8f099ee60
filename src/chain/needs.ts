// What has to be asked before a chain can run, whatever it is about: a kind, a name, where it arises, and an answer that is safe where there is one.

/**
 * `order`: which of some files comes first, or which way one goes. `step`: a file that only the application can run, and that has a place
 * in the order. `base`: what an empty database has to have before the first file. `value`: what stands for a placeholder. `function` and
 * `collation`: what one is that the application brings.
 */
export type NeedKind = 'order' | 'step' | 'base' | 'value' | 'function' | 'collation';

/** One question. Of a kind no two have the same name. */
export interface Need {
  readonly kind: NeedKind;
  /** The placeholder, the number, or the path that it is about. */
  readonly name: string;
  /** What is asked and why, in sentences. */
  readonly sentence: string;
  /** Paths of the files that ask for it, in their order. */
  readonly where: readonly string[];
  /** The answers among which to choose, the first one first; empty where any text is one. */
  readonly options: readonly NeedOption[];
  /** An answer with which nothing can go wrong that would not go wrong with the tool itself; null where only the user knows. */
  readonly proposal: NeedOption | null;
  /** Whether nothing of the chain can be run before it is answered. */
  readonly blocks: boolean;
}

/** An answer that is offered. */
export interface NeedOption {
  readonly answer: string;
  /** What the page calls it. */
  readonly label: string;
}

/** The answers that were given, by `needKey`. What each one means is told beside the code that asks. */
export type Answers = ReadonlyMap<string, string>;

export const NO_ANSWERS: Answers = new Map();

/** The one text by which a question is known, within a session and on the command line: `value:name`. */
export function needKey({ kind, name }: Pick<Need, 'kind' | 'name'>): string {
  return `${kind}:${name}`;
}

/** The answer to a question; undefined where none was given. */
export function answerTo(answers: Answers, kind: NeedKind, name: string): string | undefined {
  return answers.get(needKey({ kind, name }));
}

/** Whether a question still keeps the chain from running. */
export function isOpen(need: Need, answers: Answers): boolean {
  return need.blocks && !answers.has(needKey(need));
}

/** The answers with which all questions that have a safe one, and were not answered, are answered. */
export function safeAnswers(needs: readonly Need[], answers: Answers): Answers {
  return new Map(
    needs.flatMap((need) =>
      need.proposal === null || answers.has(needKey(need)) ? [] : [[needKey(need), need.proposal.answer] as const],
    ),
  );
}
