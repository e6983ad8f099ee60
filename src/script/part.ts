// What is planned and run as one: a script, or several in a row, each with the name that it is called by.

/** A file of SQL, or what of it is run. */
export interface ScriptPart {
  /** What messages call it: the file's path. No two parts of a script are called the same. */
  readonly name: string;
  readonly text: string;
}

/** The text of one script, or parts that run one after another in one transaction. */
export type Script = string | readonly ScriptPart[];

/** The parts of a script; the only one of a plain text has no name. */
export function partsOf(script: Script): readonly (ScriptPart | { readonly name: null; readonly text: string })[] {
  return typeof script === 'string' ? [{ name: null, text: script }] : script;
}
