// The only addresses of scripts that this page starts: its worker and its service worker. Browsers with Trusted Types take no other
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

function ofThisPage(address: string): string {
  const { origin, protocol } = new URL(address, document.baseURI);
  if (protocol !== 'blob:' && origin !== location.origin) throw new Error(`${address} is no script of this page`);
  return address;
}
