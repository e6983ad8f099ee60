// The keys of the page, and whether single letters are among them.

/** Shown in the list of keys, in this order. */
export const KEYS: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [['Ctrl/⌘', 'O'], 'Open a database, or scripts'],
  [['Ctrl/⌘', 'Enter'], 'Run the migration; in the query view, the query'],
  [['S'], 'Save the upgraded database'],
  [['Ctrl/⌘', 'K'], 'Search for a table, column or index'],
  [['Esc'], 'Close what has opened over the page'],
  [['?'], 'Show this list'],
];

const SINGLE_KEYS_OFF = 'drydock.single-keys-off';

/** Whether keys without Ctrl or ⌘ do anything; who dictates to the computer may not want that (WCAG 2.1, 2.1.4). */
export function singleKeysAreOn(): boolean {
  try {
    return localStorage.getItem(SINGLE_KEYS_OFF) === null;
  } catch {
    return true;
  }
}

/** Turns single keys on or off, for this browser. */
export function setSingleKeys(on: boolean): void {
  try {
    if (on) localStorage.removeItem(SINGLE_KEYS_OFF);
    else localStorage.setItem(SINGLE_KEYS_OFF, '1');
  } catch {
    // Without a store they stay as they are.
  }
}
