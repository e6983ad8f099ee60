// The address of what is looked at: `#schema/people`. Back leads to the view before, and a place can be sent.

import type { Explorer } from '../explore/look/explorer.svelte';
import { VIEWS } from '../explore/views';

/** The part of the page's address after `#` for a view and the table or view that it shows; empty for the work itself. */
function addressOf({ view, relation }: Pick<Explorer, 'view' | 'relation'>): string {
  if (view === 'work') return '';
  return relation === null ? `#${view}` : `#${view}/${encodeURIComponent(relation)}`;
}

/** What an address asks for; null for one that is not of a view. */
function readAddress(hash: string): Pick<Explorer, 'view' | 'relation'> | null {
  const [, name = '', , relation] = /^#([a-z]+)(\/(.*))?$/.exec(hash) ?? [];
  const view = VIEWS.find(({ id }) => id === name)?.id;
  if (!view) return null;
  try {
    return { view, relation: relation ? decodeURIComponent(relation) : null };
  } catch {
    // Not an address that was made here.
    return { view, relation: null };
  }
}

/** Writes into the address what is looked at, where it does not stand there yet. */
export function writeAddress(explorer: Explorer): void {
  const address = addressOf(explorer);
  const now = readAddress(location.hash);
  if (now ? addressOf(now) === address : address === '') return;
  // Without pushState, the browser would scroll to what is called so on the page.
  history.pushState(null, '', address === '' ? location.pathname + location.search : address);
}

/** Goes to what the address of the page asks for: a view, or else the work. */
export function followAddress(explorer: Explorer): void {
  const wanted = readAddress(location.hash);
  if (wanted) explorer.show(wanted.view, wanted.relation ?? undefined);
  else explorer.view = 'work';
}
