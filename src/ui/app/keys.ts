// What the keys of the page do. Loaded when a file is open, or one of them is pressed.

import type { Explorer } from '../explore/look/explorer.svelte';
import type { Workbench } from '../state/workbench.svelte';

/** Shown in the list of keys, in this order. */
export const KEYS: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [['Ctrl/⌘', 'O'], 'Open a database, or scripts'],
  [['Enter'], 'Run the migration'],
  [['S'], 'Save the upgraded database'],
  [['Ctrl/⌘', 'K'], 'Search for a table, column or index'],
  [['Ctrl/⌘', 'Enter'], 'Run a query, in the query view'],
  [['Esc'], 'Close what has opened over the page'],
  [['?'], 'Show this list'],
];

/** Where single keys belong to what has the focus. */
const TAKES_KEYS = 'a, button, input, select, textarea, summary, dialog, [contenteditable], [role], [tabindex="0"]';
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

/** Does what a key asks for. Buttons that the page shows are pressed, so that a key can never do what a button does not allow. */
export function press(event: KeyboardEvent, workbench: Workbench, explorer: Explorer): void {
  const held = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (held && key === 'k') explorer.search();
  if (held && key === 'o') pickFiles(workbench);
  const target = event.target instanceof Element ? event.target : null;
  if (held || target?.closest(TAKES_KEYS)) return;
  if (key === '?') showKeys();
  if (!singleKeysAreOn()) return;
  if (key === 'enter') pressButton('run');
  if (key === 's') pressButton('save');
}

function pressButton(name: 'run' | 'save'): void {
  const button = document.querySelector<HTMLButtonElement>(`button[data-key="${name}"]`);
  // What is not shown is not pressed either.
  if (button?.checkVisibility()) button.click();
}

function pickFiles(workbench: Workbench): void {
  if (workbench.state === 'running') return;
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.onchange = () => {
    if (input.files?.length) void workbench.take([...input.files]);
  };
  input.click();
}

/** Opens the list of keys. */
export function showKeys(): void {
  void import('./keyList').then(({ openKeyList }) => openKeyList());
}
