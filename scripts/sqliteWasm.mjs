// Vite plugin: takes out of @sqlite.org/sqlite-wasm the addresses of files that the page does not have. The page hands it its WASM,
// and neither lets it start workers nor keeps anything in the browser's file system.

const MODULE = '@sqlite.org/sqlite-wasm/dist/index.mjs';

/** Each address as it stands in the module. */
const ADDRESSES = [
  'new URL("sqlite3.wasm", import.meta.url).href',
  'new URL("sqlite3-opfs-async-proxy.js", import.meta.url)',
  'new URL("sqlite3-worker1.mjs", import.meta.url)',
];

/** @returns {import('vite').Plugin} */
export function sqliteWasm() {
  return {
    name: 'sqlite-wasm',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith(MODULE)) return null;
      for (const address of ADDRESSES) {
        if (!code.includes(address)) throw new Error(`@sqlite.org/sqlite-wasm no longer has ${address}`);
      }
      return { code: ADDRESSES.reduce((text, address) => text.replaceAll(address, '""'), code), map: null };
    },
  };
}
