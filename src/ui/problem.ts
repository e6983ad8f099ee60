// Something that stands in the way, in the user's words.

/** What is wrong, and what to do next. */
export interface Problem {
  /** Stable name of the problem. */
  readonly code: string;
  readonly sentence: string;
  readonly help: string;
}
