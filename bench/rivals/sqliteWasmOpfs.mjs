// SQLite's own WASM over the origin's private files (its "opfs-sahpool" VFS): the file is copied into the pool, migrated
// there, and handed out from there.
import load from '@sqlite.org/sqlite-wasm';
import { schemaQuery, settings, work } from './work.mjs';

const FOLDER = '.bench';
const NAME = '/spine.db';

/** In the pool's own files, the database's bytes come after one sector that says whose they are. */
const DATA_OFFSET = 4096;

work(async () => {
  const sqlite3 = await load();
  if (!sqlite3.installOpfsSAHPoolVfs) {
    throw new Error(`sqlite-wasm ${sqlite3.version.libVersion} has no opfs-sahpool`);
  }
  const pool = await sqlite3.installOpfsSAHPoolVfs({ directory: FOLDER, clearOnInit: true });
  return async ({ file, script }, reached) => {
    const reader = file.stream().getReader();
    await pool.importDb(NAME, async () => (await reader.read()).value);
    const database = new pool.OpfsSAHPoolDb(NAME);
    database.exec(settings);
    database.exec(schemaQuery);
    reached('schema');
    database.exec(script);
    reached('committed');
    database.close();
    pool.pauseVfs();
    return fileInPool();
  };
});

/**
 * The database as the browser keeps it on the disk. exportFile() would read it into one array, which fails from 2 GB on.
 * @returns {Promise<Blob>}
 */
async function fileInPool() {
  const root = await navigator.storage.getDirectory();
  const files = await (await root.getDirectoryHandle(FOLDER)).getDirectoryHandle('.opaque');
  for await (const handle of files.values()) {
    if (!(handle instanceof FileSystemFileHandle)) continue;
    const file = await handle.getFile();
    const owner = await file.slice(0, NAME.length + 1).text();
    if (owner === `${NAME}\0`) return file.slice(DATA_OFFSET);
  }
  throw new Error('The pool does not hold the database');
}
