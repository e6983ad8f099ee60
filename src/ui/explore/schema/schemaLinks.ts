// The way from a change back to its statement in the plan.

import { flushSync } from 'svelte';
import type { Explorer } from '../look/explorer.svelte';

/** A list of thousands of statements is drawn in parts; so many frames its end is waited for. */
const FRAMES = 600;

/**
 * Shows the work before the browser follows a link to one of its statements, so that there is something to lead to; then
 * opens the statement and moves the focus there.
 */
export function followStatement(event: MouseEvent, explorer: Explorer, ordinal: number): void {
  // In another tab there would be no file.
  if (event.ctrlKey || event.metaKey || event.shiftKey) event.preventDefault();
  explorer.view = 'work';
  flushSync();
  openStatement(ordinal, FRAMES);
}

function openStatement(ordinal: number, frames: number): void {
  requestAnimationFrame(() => {
    const row = document.querySelector(`#statement-${ordinal}:not([hidden])`);
    const summary = row?.querySelector('summary');
    if (!summary) {
      if (frames > 0) openStatement(ordinal, frames - 1);
      return;
    }
    if (!summary.closest('details')?.open) summary.click();
    summary.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  });
}
