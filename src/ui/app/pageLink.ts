// What the page's own address asks for: `?migration=` chooses from the catalog, `?db=` opens a file of the same host.

import type { Problem } from '../state/problem';
import type { Workbench } from '../state/workbench.svelte';

/**
 * Does what an address asks for, and tells on the workbench what of it cannot be done.
 * @param address of the page, with its query; paths are relative to it
 */
export async function followLink(workbench: Workbench, address: URL): Promise<void> {
  const id = address.searchParams.get('migration');
  const path = address.searchParams.get('db');
  if (id === null && path === null) return;
  await workbench.scripts.loaded;
  const problem = id === null ? null : chooseMigration(workbench, id);
  const file = path === null ? null : await fetchDatabase(path, address);
  // Who dropped a file meanwhile wants that one.
  if (workbench.state !== 'empty') return;
  if (file instanceof File) await workbench.open(file);
  workbench.notice = problem ?? (file instanceof File ? workbench.notice : file);
}

function chooseMigration(workbench: Workbench, id: string): Problem | null {
  if (workbench.scripts.choose(id)) return null;
  return {
    code: 'link-migration',
    sentence: `The link asks for the migration ${id}, which is not in the catalog of this page.`,
    help: 'Choose one from the list, or use your own .sql file.',
  };
}

async function fetchDatabase(path: string, address: URL): Promise<File | Problem> {
  const problem = (why: string): Problem => ({
    code: 'link-database',
    sentence: `The link asks for the database ${path}, which ${why}.`,
    help: 'Drop the database here yourself, or ask whoever sent the link.',
  });
  const wanted = URL.canParse(path, address) ? new URL(path, address) : null;
  // Files of the disk are of one origin, none, and are not given to a page.
  if (wanted?.origin !== address.origin || address.protocol === 'file:')
    return problem('is not on the host of this page, so it is not fetched');
  try {
    const response = await fetch(wanted, { credentials: 'same-origin' });
    if (!response.ok) return problem(`this host does not give (${response.status})`);
    const name = decodeURIComponent(wanted.pathname.split('/').at(-1) ?? '');
    return new File([await response.blob()], name || 'database.db');
  } catch {
    return problem('could not be fetched');
  }
}
