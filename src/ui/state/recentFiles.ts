// The handles of the files that were opened last, in the browser's own store: their names and places, and nothing of what is in them.

import { handleOf, noteHandle } from './fileHandles';

/** A file that was opened. */
export interface RecentFile {
  readonly name: string;
  readonly handle: FileSystemFileHandle;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

const DATABASE = 'drydock';
const STORE = 'recent-files';
/** A list of more is no longer read. */
const MOST = 8;

/** Not every browser has them. */
interface AskedHandle {
  readonly requestPermission?: (wish: { readonly mode: 'read' }) => Promise<PermissionState>;
}

/** Those that are kept, the latest first. */
export async function recentFiles(): Promise<readonly RecentFile[]> {
  const kept = await within('readonly', (store) => store.getAll() as IDBRequest<RecentFile[]>);
  return kept.toSorted((one, other) => other.openedAt - one.openedAt);
}

/** Keeps where a file is, unless the browser gave no handle of it. */
export async function keepRecent(file: File): Promise<void> {
  const handle = handleOf(file);
  if (!handle) return;
  const others = await recentFiles();
  const isSame = await Promise.all(others.map(async (other) => other.handle.isSameEntry(handle)));
  const stays = others.filter((_, at) => isSame[at] !== true).slice(0, MOST - 1);
  await within('readwrite', (store) => store.clear());
  for (const one of [{ name: file.name, handle, openedAt: Date.now() }, ...stays]) {
    await within('readwrite', (store) => store.add(one));
  }
}

/** Reads one of them, where the user lets the page; null where she does not, or it is not there any more. */
export async function readRecent({ handle }: RecentFile): Promise<File | null> {
  try {
    await (handle as AskedHandle).requestPermission?.({ mode: 'read' });
    const file = await handle.getFile();
    noteHandle(file, handle);
    return file;
  } catch {
    return null;
  }
}

/** Forgets all of them, with the store itself. */
export async function forgetRecent(): Promise<void> {
  await settled(indexedDB.deleteDatabase(DATABASE));
}

async function within<Value>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<Value>,
): Promise<Value> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { autoIncrement: true });
  const database = await settled(opening);
  try {
    return await settled(ask(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The browser keeps nothing'));
  });
}
