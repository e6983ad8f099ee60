// Serves the built page from a sub-path of this machine and drives a real Chromium on it.
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright';
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs';

/** The folder `dist`, or the one that the environment variable DRYDOCK_DIST names: a build beside the one in use. */
export const dist = resolve(process.env.DRYDOCK_DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url))) + sep;

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.sql': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

export interface ServedPage {
  /** The address of the built page's folder, with a slash at its end. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves the folder dist, or another one, below `subPath`, and nothing outside it, as a plain static host would.
 * @param isMissing says of a path in the folder, asked for with this query, whether the host has lost it for now
 */
export async function serveDist(
  subPath = '/some/sub/path/',
  folder = dist,
  isMissing: (path: string, query: string) => boolean = () => false,
): Promise<ServedPage> {
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(pathname.slice(subPath.length)) || 'index.html';
    if (pathname.startsWith(subPath) && !isMissing(path, search)) void answer(response, path, resolve(folder) + sep);
    else refuse(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}${subPath}`, close: () => closeServer(server) };
}

let shared: Promise<Browser> | undefined;

/**
 * The Chromium of this process, for tests that need none of their own: what one of them does in a browser context of its own, no other
 * one sees. Tabs of one context share a renderer process. Nobody closes it; it ends with the process.
 */
export function sharedChromium(): Promise<Browser> {
  return (shared ??= launchChromium(['--process-per-site']).then((browser) => {
    browser.once('disconnected', () => (shared = undefined));
    return browser;
  }));
}

/** Starts the same Chromium, in the same way, as the tests of the page use. Whoever asked for it closes it. */
function launchChromium(moreArguments: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('No Chromium was found: `node scripts/setup.mjs test` gets one.');
  return chromium.launch({ executablePath, args: [...chromiumArguments, ...moreArguments], headless: true });
}

async function answer(response: ServerResponse, path: string, folder: string): Promise<void> {
  try {
    const full = normalize(join(folder, path));
    if (!full.startsWith(folder)) throw new Error('outside the folder');
    const content = await readFile(full);
    const type = contentTypes[extname(full)] ?? 'application/octet-stream';
    // A file of this folder has its content in its name.
    const forGood = full.startsWith(`${folder}assets${sep}`) ? { 'cache-control': 'max-age=31536000, immutable' } : {};
    response.writeHead(200, { 'content-type': type, ...forGood }).end(content);
  } catch {
    refuse(response);
  }
}

function refuse(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
