// Which names a catalog may give to its files: none that leads out of its folder.

/** The name of a .sql file. */
export function isScriptName(text: string): boolean {
  return isFileName(text) && isScriptPath(text);
}

/** The name of a .json file. */
export function isCompanionName(text: string): boolean {
  return isFileName(text) && text.endsWith('.json');
}

/** The path of a .sql file in the catalog's folder or below it. */
export function isScriptPath(text: string): boolean {
  return text.endsWith('.sql') && text.split('/').every(isFileName);
}

/**
 * Only what means the same as a file name, as a part of a URL and on every system: nothing absolute, no `..`, no scheme, no
 * query, no escape.
 */
export function isFileName(text: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u.test(text) && !/[. ]$/.test(text);
}
