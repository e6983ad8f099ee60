// The second engine: SQLite's own build, which has FTS5, R-Tree and collations. Loaded only where something needs it.

import type { Database } from '../../database';
import { forkNothing, PRAGMAS, type Engine } from '../engine';
import type { Overlay } from '../pages/overlay';
import { Connection } from './connection';
import { startLibrary } from './library';
import { OverlayVfs } from './overlayVfs';

export { wasmUrl } from './library';

/** What sql.js makes new databases with; this build would take pages twice as large. */
const PAGE_SIZE = 4096;

/**
 * Loads sqlite-wasm.
 * @param wasm the bytes of its WASM; left out in Node
 * Rejects where the WASM cannot be compiled.
 */
export async function loadSqliteWasm(wasm?: Uint8Array): Promise<Engine> {
  const library = await startLibrary(wasm);
  const vfs = new OverlayVfs(library);
  const throwFault = (): void => vfs.throwFault();
  const memory = (): Connection => {
    const tools = { scratch: memory, fork: forkNothing, throwFault, onClose: () => undefined };
    const connection = new Connection(library, { name: ':memory:', vfs: null }, tools);
    connection.execute(`PRAGMA page_size = ${PAGE_SIZE}`);
    return connection;
  };
  const open = (overlay: Overlay, onWork?: () => void): Database => {
    const name = vfs.add(overlay, onWork);
    const fork = (): Database => open(overlay.copy());
    const tools = { scratch: memory, fork, throwFault, onClose: () => vfs.remove(name) };
    const connection = new Connection(library, { name, vfs: vfs.name }, tools);
    for (const pragma of PRAGMAS) connection.execute(`PRAGMA ${pragma}`);
    return connection;
  };
  const build = (fill: (database: Database) => void): Uint8Array => {
    const connection = memory();
    try {
      fill(connection);
      return connection.serialise();
    } finally {
      connection.close();
    }
  };
  return { name: 'sqlite-wasm', version: library.version.libVersion, open, memory, build };
}
