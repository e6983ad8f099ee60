// Something that stands in the way, in the user's words.

/** What is wrong, and what to do next. */
export interface Problem {
  /** Stable name of the problem. */
  readonly code: string;
  readonly sentence: string;
  readonly help: string;
  /** Does once more what did not succeed, where that can help. */
  readonly retry?: () => void;
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
    help: 'Drop the file again and run the migration again. Your scripts and choices stay.',
  };
}

/** The dropped file can no longer be read, and nothing was made of it yet. */
export function explainChangedFile(): Problem {
  return {
    code: 'unreadable-file',
    sentence: 'The file was changed, moved or deleted since you dropped it.',
    help: 'What is shown below is of the file as it was. Drop it again, or read it again: the plan is made anew. Your scripts and choices stay.',
  };
}

/**
 * A part of the page that is loaded when it is needed could not be.
 * @param what it does: `reads your scripts`
 * @param retry does once more what it was needed for
 */
export function explainNotLoaded(what: string, retry: () => void): Problem {
  return {
    code: 'not-loaded',
    sentence: `The part of this page that ${what} could not be loaded.`,
    help: 'The open file and the result, if there is one, are kept. Check the connection and try again.',
    retry,
  };
}

/** The problem, to be tried again where a part of the page could not be loaded, or the engine stopped: that may succeed as it is. */
export function withRetry(problem: Problem, retry: () => void): Problem {
  return /^(not-loaded|engine-stopped)$/.test(problem.code) ? { ...problem, retry } : problem;
}

/** A database was dropped on a table of many whose results are not saved. */
export function explainUnsavedMany(name: string): Problem {
  return {
    code: 'unsaved-many',
    sentence: `${name} was not opened: files of the table below are being upgraded, or are upgraded and not saved.`,
    help: 'Save them, or press “Other files”, and drop it again.',
  };
}

/** The engine died over something that changes nothing. @param help what to do next */
export function explainStoppedEngine(message: string, help: string): Problem {
  return { code: 'engine-stopped', sentence: `The SQLite engine of this page stopped (${message}).`, help };
}
