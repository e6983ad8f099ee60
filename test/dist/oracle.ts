// A SQLite that is neither the page's nor the machine's: @sqlite.org/sqlite-wasm, in a tab of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';

const folder = 'node_modules/@sqlite.org/sqlite-wasm/dist';
const address = 'http://oracle.test/';

// As text, since the tests' own compiler would rewrite the import.
const ask = `async (sql) => {
  const { default: load } = await import('/index.mjs');
  const { capi, oo1, wasm } = await load({ print: () => undefined, printErr: () => undefined });
  const bytes = new Uint8Array(await (await fetch('/database')).arrayBuffer());
  const database = new oo1.DB();
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
  const at = wasm.allocFromTypedArray(bytes);
  database.checkRc(capi.sqlite3_deserialize(database.pointer, 'main', at, bytes.length, bytes.length, flags));
  return database.exec({ sql, rowMode: 'array', returnValue: 'resultRows' });
}`;

/** The rows that sqlite-wasm gives for a query on a database of these bytes. */
export async function askSqliteWasm(browser: Browser, bytes: Uint8Array, sql: string): Promise<unknown> {
  const context = await browser.newContext();
  await context.route(`${address}**`, (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path === '/') return route.fulfill({ contentType: 'text/html', body: '<!doctype html>' });
    if (path === '/database') return route.fulfill({ body: Buffer.from(bytes) });
    const contentType = path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    return route.fulfill({ contentType, body: readFileSync(join(folder, path)) });
  });
  const page = await context.newPage();
  await page.goto(address);
  const rows: unknown = await page.evaluate(`(${ask})(${JSON.stringify(sql)})`);
  await context.close();
  return rows;
}
