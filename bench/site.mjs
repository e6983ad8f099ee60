// Serves a folder of built files to one browser, and knows what that browser fetched.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** @type {Record<string, string>} */
const contentTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.sql': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** @typedef {{ gzip: number, brotli: number }} WireBytes what files are on their way through a network, in bytes */

/**
 * @typedef {object} Site
 * @property {string} address of the folder, with a slash at its end
 * @property {Map<string, Buffer>} fetched what was fetched since `fetched` was last cleared, by its path
 * @property {() => Promise<void>} close
 */

/**
 * Serves `folder` on this machine; whoever asked for it closes it.
 * @param {string} folder
 * @param {string} [prelude] is put before each script: a statement
 * @returns {Promise<Site>}
 */
export async function serve(folder, prelude = '') {
  const root = resolve(folder);
  /** @type {Map<string, Buffer>} */
  const fetched = new Map();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = join(root, decodeURIComponent(pathname), pathname.endsWith('/') ? 'index.html' : '');
    const found = path.startsWith(root + sep) ? read(path) : null;
    const content = found && extname(path) === '.js' ? Buffer.concat([Buffer.from(prelude), found]) : found;
    if (content === null) {
      response.writeHead(404).end();
      return;
    }
    // A service worker fetches all files past the cache, to keep them for a visit without a network.
    if (request.headers['cache-control'] !== 'no-cache') fetched.set(pathname, content);
    response.writeHead(200, { 'content-type': contentTypes[extname(path)] ?? 'application/octet-stream' }).end(content);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    address: `http://127.0.0.1:${String(address.port)}/`,
    fetched,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/**
 * What the files are together when each is compressed as well as gzip (level 9) and Brotli (quality 11) can.
 * @param {Iterable<Buffer>} contents
 * @returns {WireBytes}
 */
export function onTheWire(contents) {
  const total = { gzip: 0, brotli: 0 };
  for (const content of contents) {
    total.gzip += gzipSync(content, { level: 9 }).length;
    total.brotli += brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
    }).length;
  }
  return total;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
