// Collects the questions of a migration and finds their answers.

import type { Answers, Question } from './question';

/** A question that has not been asked yet. */
export type Asked = Omit<Question, 'answer' | 'answered'>;

/** Asks each question once. */
export class Interview {
  readonly #answers: Answers;
  readonly #assumes: boolean;
  readonly #asked = new Map<string, Question>();

  /** @param assumes take what is assumed where nobody answers, as on the way back, of which nobody is asked anything */
  constructor(answers: Answers, assumes: boolean) {
    this.#answers = answers;
    this.#assumes = assumes;
  }

  /** All questions so far. */
  get questions(): readonly Question[] {
    return [...this.#asked.values()];
  }

  hasAsked(id: string): boolean {
    return this.#asked.has(id);
  }

  /**
   * The answer; null where the question is open.
   * @param safe the answer that loses nothing; null where there is none
   * @param assumed what is taken where nobody is asked
   * @param refuses why an answer is none, in a sentence, which is then a part of the evidence
   */
  ask(
    question: Asked,
    safe: string | null,
    assumed: string,
    refuses: (answer: string) => string | null = () => null,
  ): string | null {
    const known = this.#asked.get(question.id);
    if (known) return known.answer;
    const given = this.#answers.get(question.id);
    const isOffered = question.options.some(({ value, expression }) =>
      expression === null ? given === value : given?.startsWith(`${value} `) === true,
    );
    const refusal = isOffered && given !== undefined ? refuses(given) : null;
    const isValid = isOffered && refusal === null;
    const answer = isValid && given !== undefined ? given : this.#assumes ? assumed : safe;
    const evidence = refusal === null ? question.evidence : [...question.evidence, refusal];
    this.#asked.set(question.id, { ...question, evidence, answer, answered: isValid });
    return answer;
  }
}
