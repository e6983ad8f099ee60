// The only addresses of scripts that this page starts: its workers and its service worker. Browsers with Trusted Types take no other
// (https://w3c.github.io/trusted-types/); the content security policy in index.html names the policy.

/** The part of the API that is used; TypeScript's own description of the DOM does not have it. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (address: string) => string },
  ): { createScriptURL(address: string): string };
}

let policy: ReturnType<TrustedTypes['createPolicy']> | null = null;

/**
 * The address of a script as the browser wants it: as it is, or marked as one that the page itself has given.
 * @param address of a script of this page's own origin, or of a Blob that it made; any other throws
 */
export function trustedAddress(address: string): string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  if (!trustedTypes) return ofThisPage(address);
  policy ??= trustedTypes.createPolicy('drydock', { createScriptURL: ofThisPage });
  return policy.createScriptURL(address);
}

const loaders = new Map<string, string>();

/**
 * The address to start a worker from, such that the page's content security policy holds in the worker as well. A worker takes that
 * policy over only from a Blob; one from an address has what comes with the file, which from most hosts is none. The service
 * worker, where it answers, sends the policy along: Firefox would not ask it for what a Blob loads.
 * @param code where the worker's script is, a module
 * @see https://html.spec.whatwg.org/multipage/browsers.html#creating-a-policy-container-from-a-fetch-response
 */
export function scriptOfWorker(code: string): string {
  const address = new URL(code, document.baseURI).href;
  if ('serviceWorker' in navigator && navigator.serviceWorker.controller) return address;
  const loader =
    loaders.get(address) ??
    URL.createObjectURL(new Blob([`import ${JSON.stringify(address)};`], { type: 'text/javascript' }));
  loaders.set(address, loader);
  return loader;
}

function ofThisPage(address: string): string {
  const { origin, protocol } = new URL(address, document.baseURI);
  if (protocol !== 'blob:' && origin !== location.origin) throw new Error(`${address} is no script of this page`);
  return address;
}
