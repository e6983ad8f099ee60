// How the work stands, in the few words that a window's title has room for.

import { fractionOf } from '../state/progress';
import type { Workbench } from '../state/workbench.svelte';

/** The title of the page: `42 % · spine.db · SQLite Drydock`. */
export function titleOf(workbench: Workbench): string {
  return [standingOf(workbench), workbench.inspection?.name ?? '', 'SQLite Drydock'].filter(Boolean).join(' · ');
}

function standingOf({ state, proving, progress, checks, finished }: Workbench): string {
  if (state === 'refused') return 'Refused';
  if (state === 'done') return finished?.committed ? 'Upgraded' : 'Rolled back';
  if (state !== 'running') return '';
  if (proving) return 'Checking';
  const fraction = fractionOf(progress, checks.forecast);
  return fraction === null ? 'Running' : `${Math.floor(fraction * 100)} %`;
}
