// The service worker: keeps the files of one build of the page, so that it opens without a network, and those of older builds for as
// long as a page of theirs is open. No file of a user's ever comes here: what is dropped on the page is not fetched.

// The web worker's library has no name for the global of this one that the DOM's does not contradict.
const scope = self as unknown as ServiceWorkerGlobalScope;

/** The build puts its files in this one's place (see `scripts/offline.mjs`). */
const kept = JSON.parse('__KEPT_FILES__') as KeptFiles;
const PREFIX = 'sqlite-drydock-';
const CACHE = `${PREFIX}${kept.version}`;

scope.addEventListener('install', (event) => {
  // Past the HTTP cache, which may hold a file of another build under a name that stays the same.
  const requests = kept.files.map((file) => new Request(file, { cache: 'reload' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(scope.clients.claim());
});

scope.addEventListener('message', ({ data }) => {
  // A page asked for the newer build; nobody is moved to it unasked.
  if (data === 'use this build') void scope.skipWaiting();
  // The worker is not kept alive for it, which would keep a newer build waiting: what is left is deleted the next time.
  if (data === 'page is open') void forgetOlder();
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || !request.url.startsWith(scope.registration.scope)) return;
  const answer = async (): Promise<Response> => {
    const page = request.mode === 'navigate' && address.pathname === new URL(scope.registration.scope).pathname;
    const found =
      (await caches.match(page ? 'index.html' : request, { cacheName: CACHE, ignoreSearch: page })) ??
      // A page of an older build asks for its own files. Their names tell their content.
      (await caches.match(request));
    if (!found) return fetch(request);
    return request.destination === 'worker' ? withPolicy(found) : found;
  };
  event.respondWith(answer());
});

/**
 * Deletes what is kept of older builds, as soon as no page needs it: every open page holds a lock with the address of its script as
 * the name. As long as one holds none, it is not known which build that is of.
 */
async function forgetOlder(): Promise<void> {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  // Most of the time there is none.
  if (older.length === 0) return;
  const mine = (address = ''): boolean => address.startsWith(scope.registration.scope);
  const pages = (await scope.clients.matchAll({ includeUncontrolled: true })).filter(({ url }) => mine(url));
  const scripts = ((await navigator.locks.query()).held ?? []).flatMap(({ name = '' }) => (mine(name) ? name : []));
  // Chromium's locks do not have the ids of the pages that hold them. A newer build that waits to be used is not older.
  const { installing, waiting } = scope.registration;
  if (scripts.length < pages.length || installing || waiting) return;
  for (const script of scripts) {
    // Not of this build: settles when the last page that holds it has gone, unless this worker is ended before.
    if (!(await caches.match(script, { cacheName: CACHE }))) await navigator.locks.request(script, () => undefined);
  }
  await Promise.all(older.map((name) => caches.delete(name)));
}

/** The page's worker has no policy but that which comes with its script. */
function withPolicy({ body, headers }: Response): Response {
  const more = new Headers(headers);
  more.set('Content-Security-Policy', kept.policy);
  return new Response(body, { headers: more });
}

/** The files of a build, relative to the page's folder. */
export interface KeptFiles {
  /** Another one as soon as a byte of any file differs. */
  readonly version: string;
  readonly files: readonly string[];
  /** The content security policy of the page. */
  readonly policy: string;
}
