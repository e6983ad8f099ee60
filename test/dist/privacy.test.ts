// What leaves the page, which is nothing: every request of a whole session, as the page's tools see it and as the network of the
// browser itself noted it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { chromium, type Browser, type Request } from 'playwright';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs';
import { dist, serveDist, sharedChromium, type ServedPage } from './browser';
import { lookEverywhere, watchPolicy } from './session';
import { Visit } from './visit';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 30_000 });

let browser: Browser;
let served: ServedPage;
const folder = mkdtempSync(join(tmpdir(), 'drydock-net-'));
const log = join(folder, 'session.json');

beforeAll(async () => {
  [browser, served] = await Promise.all([launchLogging(log), serveDist('/some/sub/path/')]);
});

afterAll(async () => {
  await browser.close();
  await served.close();
  rmSync(folder, { recursive: true });
});

/** A Chromium that notes in a file whatever its network does. The file is whole once the browser is closed. */
function launchLogging(path: string): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('No Chromium was found: `node scripts/setup.mjs test` gets one.');
  return chromium.launch({ executablePath, args: [...chromiumArguments, `--log-net-log=${path}`] });
}

interface NetLog {
  readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
  readonly events: readonly { readonly type: number; readonly params?: Readonly<Record<string, unknown>> }[];
}

/** Chromium asks this host by itself what the fields of a form are for; it tells a hash of their names. */
const OF_THE_BROWSER = 'https://content-autofill.googleapis.com';

/**
 * What a page asked for by the browser's log: the addresses of its requests, also of its workers and sockets, and the hosts that were
 * looked up for it. What the browser does for itself, such as looking for an update, is not among them.
 */
function askedBy(
  address: string,
  path: string,
): { readonly urls: readonly string[]; readonly hosts: readonly string[] } {
  const { constants, events } = JSON.parse(readFileSync(path, 'utf8')) as NetLog;
  const { origin, protocol, hostname } = new URL(address);
  const noted = (type: string, parameter: string, by: string, page: string): readonly string[] => {
    const number = constants.logEventTypes[type];
    if (number === undefined) throw new Error(`The log knows no ${type}`);
    const own = events.filter((event) => event.type === number && String(event.params?.[by]).startsWith(page));
    return [...new Set(own.map(({ params }) => String(params?.[parameter])))];
  };
  return {
    urls: noted('URL_REQUEST_START_JOB', 'url', 'initiator', origin),
    hosts: noted(
      'HOST_RESOLVER_MANAGER_REQUEST',
      'host',
      'network_anonymization_key',
      `${protocol}//${hostname} `,
    ).filter((host) => host !== OF_THE_BROWSER),
  };
}

/** The addresses of all files of the build. */
function addressesOfBuild(): ReadonlySet<string> {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/'));
  return new Set(['', ...paths].map((path) => served.address + path));
}

/** Whether this is the address of something that the page itself holds in memory: it is asked of nobody. */
function madeByPage(url: string): boolean {
  return url.startsWith(`blob:${new URL(served.address).origin}/`);
}

/** How a request is more than the bare wish for a file; null where it is no more. */
function excess(request: Request, own: ReadonlySet<string>): string | null {
  const more = [
    own.has(request.url()) || madeByPage(request.url()) ? '' : 'is no file of the build',
    request.method() === 'GET' ? '' : request.method(),
    request.postDataBuffer() === null ? '' : 'has a body',
    ['document', 'script', 'stylesheet', 'fetch', 'image', 'manifest', 'other'].includes(request.resourceType())
      ? ''
      : request.resourceType(),
  ].filter((each) => each !== '');
  return more.length === 0 ? null : `${request.url()}: ${more.join(', ')}`;
}

describe('The page’s policy', () => {
  it.each(['the first visit', 'a later one, from the service worker'])(
    'holds in the worker that has the database, too: %s',
    async (kind) => {
      const other = await serveDist('/');
      const page = await (await sharedChromium()).newPage();
      await page.goto(served.address);
      if (kind !== 'the first visit') {
        await page.waitForFunction(() => navigator.serviceWorker.controller);
        await page.reload();
      }
      await page.locator('[data-sample]').first().click();
      await page.locator('main[data-state=ready]').waitFor();
      const [worker] = page.workers();
      if (!worker) throw new Error('The page has no worker');
      const asked = (address: string): Promise<string> =>
        worker.evaluate(
          (url) =>
            fetch(url, { mode: 'no-cors' }).then(
              () => 'answered',
              () => 'refused',
            ),
          address,
        );
      expect(await asked(served.address)).toBe('answered');
      expect(await asked(other.address)).toBe('refused');
      await page.close();
      await other.close();
    },
  );
});

describe('A whole session', () => {
  it('asks for nothing but files of the build, by their bare addresses, and breaks no rule of the policy', async () => {
    const context = await browser.newContext({ acceptDownloads: true });
    await watchPolicy(context);
    const requests: Request[] = [];
    const sockets: string[] = [];
    context.on('request', (request) => requests.push(request));
    const page = await context.newPage();
    page.on('websocket', (socket) => sockets.push(socket.url()));
    page.setDefaultTimeout(30_000);
    const visit = new Visit(page);
    await page.goto(served.address);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await visit.openSample('populated');
    await visit.reach('ready');
    await lookEverywhere(visit, 'SELECT name FROM sqlite_schema');
    await visit.downloadWith('SQL for the sqlite3 command');
    await visit.runToTheEnd();
    await visit.checked();
    await lookEverywhere(visit, 'SELECT name FROM sqlite_schema');
    await visit.downloadWith('Download upgraded database');
    await visit.downloadWith('Download report');
    // Whoever doubts is shown the same: all that the page and its workers asked for, and no more.
    await page.getByRole('button', { name: 'Requests since load' }).click();
    const shown = page.locator('[data-requests]');
    expect(Number(await shown.getAttribute('data-requests'))).toBeGreaterThan(20);
    expect(await shown.getAttribute('data-elsewhere')).toBe('0');
    const listed = await page.getByRole('list', { name: 'All requests' }).locator('code').allTextContents();
    expect(listed.filter((what) => !addressesOfBuild().has(new URL(what, served.address).href))).toEqual([]);
    // The engine is loaded by workers alone.
    expect(listed.some((what) => what.endsWith('.wasm'))).toBe(true);
    // Once more, now that the service worker keeps the page.
    await page.reload();
    await visit.openSample('narrow');
    await visit.reach('ready');

    const hints = await page
      .locator('link')
      .evaluateAll((links) =>
        links
          .map((link) => link.getAttribute('rel') ?? '')
          .filter((rel) => !['icon', 'manifest', 'stylesheet', 'modulepreload'].includes(rel)),
      );
    expect(hints).toEqual([]);
    expect(await context.cookies()).toEqual([]);
    const stored = await page.evaluate(async () => [
      Object.keys(localStorage),
      Object.keys(sessionStorage),
      await indexedDB.databases(),
    ]);
    expect(stored).toEqual([[], [], []]);
    expect(sockets).toEqual([]);
    expect(visit.troubles).toEqual([]);
    const own = addressesOfBuild();
    expect(requests.length).toBeGreaterThan(own.size);
    expect(requests.map((request) => excess(request, own)).filter((each) => each !== null)).toEqual([]);
    rmSync(visit.folder, { recursive: true });
    await context.close();
  });

  it('asks for no more than that in the log of the browser’s own network: no other host is looked up', async () => {
    await browser.close();
    const { urls, hosts } = askedBy(served.address, log);
    const own = addressesOfBuild();
    expect(urls.filter((url) => !own.has(url))).toEqual([]);
    expect(urls.length).toBeGreaterThan(10);
    expect(hosts).toEqual([new URL(served.address).origin]);
  });

  it('would be found out in that log, had it asked for anything else', async () => {
    const other = join(folder, 'other.json');
    writeFileSync(
      join(folder, 'index.html'),
      `<script>
        navigator.sendBeacon('http://beacon.invalid/', 'told');
        new Worker(URL.createObjectURL(new Blob(["fetch('http://worker.invalid/').catch(() => postMessage(1))"])))
          .onmessage = () => { new WebSocket('ws://socket.invalid/').onerror = () => { document.title = 'done'; }; };
      </script>`,
    );
    const [telling, open] = await Promise.all([serveDist('/', folder), launchLogging(other)]);
    const page = await open.newPage();
    await page.goto(telling.address);
    await page.waitForFunction(() => document.title === 'done');
    await open.close();
    await telling.close();
    const { urls, hosts } = askedBy(telling.address, other);
    expect(urls).toEqual(
      expect.arrayContaining(['http://beacon.invalid/', 'http://worker.invalid/', 'ws://socket.invalid/']),
    );
    expect(hosts).toEqual(expect.arrayContaining(['http://worker.invalid']));
  });
});
