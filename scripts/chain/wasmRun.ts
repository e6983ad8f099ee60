// The same files by the official build of SQLite for WebAssembly, which is as new as the page's: for what the sqlite3 of this machine is too old for.

import load from '@sqlite.org/sqlite-wasm';
import type { ScriptPart } from '../../src/script/statement';
import { nativeSchema, type OracleRun } from './nativeRun';

/** Runs the parts one after another; as `runNative`. */
export async function runWasm(
  bytes: Uint8Array,
  parts: readonly ScriptPart[],
  foreignKeys: 'off' | 'on',
  wrapped: ReadonlySet<string | null>,
): Promise<OracleRun> {
  const { capi, oo1, wasm, version } = await load();
  const database = new oo1.DB(':memory:');
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
  const at = wasm.alloc(bytes.length);
  wasm.heap8u().set(bytes, Number(at));
  database.checkRc(capi.sqlite3_deserialize(database.pointer, 'main', at, bytes.length, bytes.length, flags));
  database.exec(`PRAGMA foreign_keys = ${foreignKeys}`);
  const begun = performance.now();
  let stopped: OracleRun['stopped'] = null;
  for (const { name, text } of parts) {
    try {
      database.exec(wrapped.has(name) ? `BEGIN;\n${text}\n;COMMIT` : `${text}\n;`);
    } catch (error) {
      stopped = { file: name, message: error instanceof Error ? error.message : String(error) };
      break;
    }
  }
  const milliseconds = performance.now() - begun;
  const size = wasm.alloc(8);
  const start = Number(capi.sqlite3_serialize(database.pointer, 'main', size, capi.SQLITE_SERIALIZE_NOCOPY));
  const result = wasm.heap8u().slice(start, start + Number(wasm.peek(size, 'i64')));
  database.close();
  return { program: `sqlite-wasm ${version.libVersion}`, stopped, schema: nativeSchema(result), milliseconds };
}
