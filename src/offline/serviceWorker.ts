// The service worker: keeps the files of one build of the page, so that it opens without a network. No file of a user's ever
// comes here: what is dropped on the page is not fetched.

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
  const forget = async (): Promise<void> => {
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
    );
    await scope.clients.claim();
  };
  event.waitUntil(forget());
});

scope.addEventListener('message', ({ data }) => {
  // A page asked for the newer build; nobody is moved to it unasked.
  if (data === 'use this build') void scope.skipWaiting();
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || !request.url.startsWith(scope.registration.scope)) return;
  const answer = async (): Promise<Response> => {
    const cache = await caches.open(CACHE);
    const page = request.mode === 'navigate' && address.pathname === new URL(scope.registration.scope).pathname;
    const found = await cache.match(page ? 'index.html' : request, { ignoreSearch: page });
    if (!found) return fetch(request);
    return request.destination === 'worker' ? withPolicy(found) : found;
  };
  event.respondWith(answer());
});

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
