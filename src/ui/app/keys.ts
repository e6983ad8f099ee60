// What the keys of the page do. Loaded when a file is open, or one of them is pressed.

import type { Explorer } from '../explore/look/explorer.svelte';
import type { Workbench } from '../state/workbench.svelte';
import { openKeyList } from './keyList';
import { singleKeysAreOn } from './keyTable';

export { openKeyList };

/** Where single keys belong to what has the focus. */
const TAKES_KEYS = 'a, button, input, select, textarea, summary, dialog, [contenteditable], [role], [tabindex="0"]';

/** Where Ctrl and Enter belong to the text that has the focus. */
const TAKES_TEXT = 'input:not([type=radio], [type=checkbox], [type=file]), textarea, dialog, [contenteditable]';

/** Does what a key asks for. Buttons that the page shows are pressed, so that a key can never do what a button does not allow. */
export function press(event: KeyboardEvent, workbench: Workbench, explorer: Explorer): void {
  const held = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const target = event.target instanceof Element ? event.target : null;
  if (held && key === 'k') explorer.search();
  if (held && key === 'o') pickFiles(workbench);
  // Ctrl is held with it, so that a stray Enter after a drop runs nothing. Where text is written it is for the text.
  if (held && key === 'enter' && !target?.closest(TAKES_TEXT)) pressButton('run');
  if (held || target?.closest(TAKES_KEYS)) return;
  if (!singleKeysAreOn()) return;
  if (key === '?') openKeyList();
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
