// What this page has asked of its host since it was loaded, as far as a browser tells a page: what it loaded itself, and what its
// workers tell of theirs (https://www.w3.org/TR/resource-timing/).

import { requestsOfWorkers } from '../../engine/worker/client';

/** One request. */
export interface AskedFor {
  /** As in the address: relative to the page where it is of the page's own folder. */
  readonly what: string;
  readonly by: 'page' | 'worker';
  /** Whether another host was asked. */
  readonly isElsewhere: boolean;
}

/** All requests that are known, in their order: those of the page, then those of workers. What the page holds in memory is asked of nobody. */
export function requestsSinceLoad(): readonly AskedFor[] {
  const ofPage = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
  const folder = new URL('.', document.baseURI).href;
  const told = (by: AskedFor['by'], address: string): AskedFor[] => {
    if (/^(blob|data):/.test(address)) return [];
    const what = address.startsWith(folder) ? address.slice(folder.length) || './' : address;
    return [{ what, by, isElsewhere: new URL(address).origin !== location.origin }];
  };
  return [
    ...ofPage.flatMap(({ name }) => told('page', name)),
    ...requestsOfWorkers.flatMap((name) => told('worker', name)),
  ];
}

/** Calls `tell` whenever there may be more of them, until what it gives is called. */
export function watchRequests(tell: () => void): () => void {
  const observer = new PerformanceObserver(tell);
  observer.observe({ type: 'resource' });
  // Workers tell theirs without a sign.
  const timer = setInterval(tell, 1000);
  return () => {
    observer.disconnect();
    clearInterval(timer);
  };
}
