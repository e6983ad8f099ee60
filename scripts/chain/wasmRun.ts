// The same files by the official build of SQLite for WebAssembly, which is as new as the page's: for what the sqlite3 of this machine is too old for.

import load from '@sqlite.org/sqlite-wasm';
import { ended } from '../../src/script/ended';
import type { ScriptPart } from '../../src/script/statement';
import { nativeSchema, type OracleRun } from './nativeRun';

/** What the types of the package do not know of it (https://sqlite.org/wasm/doc/trunk/api-oo1.md, createFunction). */
interface WithFunctions {
  createFunction(options: {
    readonly name: string;
    readonly arity: number;
    readonly deterministic: boolean;
    readonly xFunc: () => null;
  }): void;
}

/**
 * Runs the parts one after another; as `runNative`.
 * @param functions names of those that it does not have: what they would give is NULL here
 */
export async function runWasm(
  bytes: Uint8Array,
  parts: readonly ScriptPart[],
  foreignKeys: 'off' | 'on',
  wrapped: ReadonlySet<string | null>,
  functions: readonly string[],
): Promise<OracleRun> {
  const { capi, oo1, wasm, version } = await load();
  const database = new oo1.DB(':memory:');
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
  const at = wasm.alloc(bytes.length);
  wasm.heap8u().set(bytes, Number(at));
  database.checkRc(capi.sqlite3_deserialize(database.pointer, 'main', at, bytes.length, bytes.length, flags));
  database.exec(`PRAGMA foreign_keys = ${foreignKeys}`);
  for (const name of functions) {
    (database as unknown as WithFunctions).createFunction({ name, arity: -1, deterministic: true, xFunc: () => null });
  }
  const begun = performance.now();
  let stopped: OracleRun['stopped'] = null;
  for (const { name, text } of parts) {
    try {
      const whole = ended(text.trimEnd());
      database.exec(wrapped.has(name) ? `BEGIN;\n${whole}\nCOMMIT` : whole);
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
