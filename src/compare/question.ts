// What a migration cannot know by itself, and asks: with evidence, and never with a guess in the place of an answer.

/** One of the answers to a question. */
export interface QuestionOption {
  /** What stands in the script, and what `Answers` holds: `rename to client`, `drop`, `cast`. */
  readonly value: string;
  readonly label: string;
  /** The answer is `value` with an SQL expression behind it, which the user writes: the label of its field. */
  readonly expression: string | null;
}

/** The answer that rows go which do not fit. */
export const DELETE_ROWS = 'delete rows';

/**
 * Something that only the user knows. What depends on rows, such as counts, is told by the evidence alone: so of many databases those that
 * have different rows ask the same.
 */
export interface Question {
  /** The same for as long as it is about the same thing: `column orders.customer`. */
  readonly id: string;
  readonly kind:
    | 'rename table'
    | 'rename column'
    | 'conversion'
    | 'null rows'
    | 'duplicates'
    | 'check'
    | 'foreign key'
    | 'new value'
    | 'loss'
    | 'virtual table';
  readonly table: string;
  readonly column: string | null;
  /** `Is client the column customer under a new name?` */
  readonly sentence: string;
  /** What speaks for which answer, one sentence each. */
  readonly evidence: readonly string[];
  readonly options: readonly QuestionOption[];
  /** As the user has answered; else the default, where one answer loses nothing; else null: the question is open. */
  readonly answer: string | null;
  /** The user has answered it. */
  readonly answered: boolean;
}

/** Answers by the id of their question. */
export type Answers = ReadonlyMap<string, string>;

const LINE = /^-- answer: (.+?) = (.+)$/;

/** The comment by which a script keeps an answer: `-- answer: column orders.customer = rename to client`. */
export function answerLine(id: string, answer: string): string {
  return `-- answer: ${id} = ${inOneLine(answer)}`;
}

/** The answers that a script keeps in its comments; of two to one question the last counts. */
export function readAnswers(script: string): Answers {
  return new Map(
    script.split(/\r?\n/).flatMap((line): [string, string][] => {
      const [, id, answer] = LINE.exec(line.trim()) ?? [];
      return id === undefined || answer === undefined ? [] : [[id, answer]];
    }),
  );
}

/** A name inside an id: as it is where it is a plain word, else in double quotes. */
export function nameInId(name: string): string {
  return /^[\w$\u0080-\uFFFF]+$/.test(name) ? name : `"${inOneLine(name).replaceAll('"', '""').replaceAll('=', '≡')}"`;
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
