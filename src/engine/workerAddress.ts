// Where the worker's code is. A build that is one file has another module in the place of this one.

import code from './worker.ts?worker&url';

/** How the script is written: `module`, or `classic` where it is one piece. */
export const workerType: WorkerType = 'module';

let address: string | undefined;

/**
 * The address of the worker's script: of a Blob that loads it. A worker takes the page's content security policy over only from a
 * Blob; one from an address of the host has what the host sends with the file, which is mostly none.
 * @see https://html.spec.whatwg.org/multipage/browsers.html#creating-a-policy-container-from-a-fetch-response
 */
export function workerAddress(): string {
  const script = `import ${JSON.stringify(new URL(code, document.baseURI).href)};`;
  return (address ??= URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
}
