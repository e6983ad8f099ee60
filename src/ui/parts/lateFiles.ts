// Imports a part of the page when all of its files can be had. A build has this in the place of Vite's own loader, see `scripts/late.mjs`.

/** What is here or on its way, by address: first what the page began with. */
const files = new Map<string, Promise<unknown>>(
  [...document.querySelectorAll('link')].map(({ href }) => [href, Promise.resolve()]),
);

/**
 * Imports a part. Its files are fetched before: Firefox up to 154 and Safari keep it in mind that the import of an address
 * failed, and would never ask for it again; and a style sheet that failed stays on the page and must not count as loaded.
 * @param names of the files, relative to the module that wants the part
 * @see https://github.com/whatwg/html/pull/10327
 */
export async function importWithFiles<Part>(
  part: () => Promise<Part>,
  names: readonly string[] = [],
  wantedBy: string,
): Promise<Part> {
  const addresses = names.map((name) => new URL(name, wantedBy).href);
  // To ask for files takes milliseconds, and what wants the part is just being drawn: they are asked for in a task of their own.
  if (!addresses.every((address) => files.has(address))) await new Promise((resolve) => setTimeout(resolve));
  await Promise.all(addresses.map(get));
  return part();
}

function get(address: string): Promise<unknown> {
  const known = files.get(address);
  if (known) return known;
  const got = address.endsWith('.css') ? addStyleSheet(address) : fetchWhole(address);
  files.set(address, got);
  got.catch(() => files.delete(address));
  return got;
}

async function fetchWhole(address: string): Promise<void> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  await response.arrayBuffer();
}

function addStyleSheet(address: string): Promise<void> {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = address;
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error(address));
    };
    document.head.append(link);
  });
}
