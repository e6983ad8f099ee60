// SQLite's own WASM with the database in its memory. The file is streamed into the place where it stays, with room for
// what the migration adds, and the result is read from there: as little memory as the interface allows.
import load from '@sqlite.org/sqlite-wasm';
import { blobOf, schemaQuery, settings, work } from './work.mjs';

/** Migration 021 makes a database a third larger; without room it would be moved, and be there twice. */
const ROOM = 1.5;

/** What SQLite allocates at most; the WASM's memory ends at 2 GiB, too. A larger number would be cut to its lower 32 bits. */
const LARGEST = 2 ** 31 - 1;

work(async () => {
  const { capi, oo1, wasm } = await load();
  return async ({ file, script }, reached) => {
    if (file.size > LARGEST) throw new RangeError('the file is larger than the 2 GiB that the WASM can hold');
    const capacity = Math.min(Math.ceil(file.size * ROOM), LARGEST);
    const at = wasm.alloc(capacity);
    let filled = 0;
    const reader = file.stream().getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      wasm.heap8u().set(piece.value, Number(at) + filled);
      filled += piece.value.length;
    }
    const database = new oo1.DB(':memory:');
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
    database.checkRc(capi.sqlite3_deserialize(database.pointer, 'main', at, filled, capacity, flags));
    liftSizeLimit(capi, wasm, database, capacity * 2);
    database.exec(settings);
    database.exec(schemaQuery);
    reached('schema');
    database.exec(script);
    reached('committed');
    return blobOf(serialised(capi, wasm, database));
  };
});

/**
 * SQLite lets a database in memory grow to 1 GiB unless told otherwise.
 * @param {import('@sqlite.org/sqlite-wasm').Capi} capi
 * @param {import('@sqlite.org/sqlite-wasm').Wasm} wasm
 * @param {import('@sqlite.org/sqlite-wasm').Database} database
 * @param {number} bytes
 */
function liftSizeLimit(capi, wasm, database, bytes) {
  const limit = wasm.alloc(8);
  wasm.poke(limit, BigInt(bytes), 'i64');
  database.checkRc(capi.sqlite3_file_control(database.pointer, 'main', capi.SQLITE_FCNTL_SIZE_LIMIT, limit));
  wasm.dealloc(limit);
}

/**
 * The database's bytes where they are; sqlite3_js_db_export() would first copy them twice.
 * @param {import('@sqlite.org/sqlite-wasm').Capi} capi
 * @param {import('@sqlite.org/sqlite-wasm').Wasm} wasm
 * @param {import('@sqlite.org/sqlite-wasm').Database} database
 */
function serialised(capi, wasm, database) {
  const size = wasm.alloc(8);
  const at = Number(capi.sqlite3_serialize(database.pointer, 'main', size, capi.SQLITE_SERIALIZE_NOCOPY));
  if (at === 0) throw new Error('The database cannot be serialised');
  return wasm.heap8u().subarray(at, at + Number(wasm.peek(size, 'i64')));
}
