// Something that stands in the way, in the user's words.

/** What is wrong, and what to do next. */
export interface Problem {
  /** Stable name of the problem. */
  readonly code: string;
  readonly sentence: string;
  readonly help: string;
}

/** A script in which there is nothing but comments and white space. */
export function explainEmpty(title: string): Problem {
  return {
    code: 'empty-script',
    sentence: `${title} holds no statement: there is nothing to run.`,
    help: 'Choose another script, or check that this one was saved whole.',
  };
}

/** The dropped file can no longer be read, and the result is partly made of it. */
export function explainLostFile(): Problem {
  return {
    code: 'unreadable-file',
    sentence: 'The file that you dropped was changed, moved or deleted since, and the result is partly made of it.',
    help: 'Drop the file again and repeat the run.',
  };
}
