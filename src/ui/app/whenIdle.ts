// Puts something off until the page has nothing to do.

/** Some browsers do not tell when that is; a page is loaded within so many milliseconds. */
const SOON_MILLISECONDS = 1000;

/** Does something as soon as nothing else is to be done. */
export function whenIdle(act: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(() => act());
  else setTimeout(act, SOON_MILLISECONDS);
}
