// The boundary between the other areas and the explorer: how components deep in the page reach it, such as a statement that
// links to what it changes, or a table to its rows.

import { getContext, setContext } from 'svelte';
import type { Explorer } from './explorer.svelte';

const KEY = Symbol('explorer');

/** Makes an explorer known to all components below the one that is being made. */
export function provideExplorer(explorer: Explorer): Explorer {
  return setContext(KEY, explorer);
}

/** The explorer of the page; undefined where a component stands alone. */
export function useExplorer(): Explorer | undefined {
  return getContext<Explorer | undefined>(KEY);
}
