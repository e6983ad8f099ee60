// Where the worker's code is. A build that is one file has another module in the place of this one.

import code from './worker.ts?worker&url';

/** How the script is written: `module`, or `classic` where it is one piece. */
export const workerType: WorkerType = 'module';

let loader: string | undefined;

/**
 * The address of the worker's script, such that the page's content security policy holds in the worker as well. A worker takes that
 * policy over only from a Blob; one from an address has what comes with the file, which from most hosts is none. The service
 * worker, where it answers, sends the policy along: Firefox would not ask it for what a Blob loads.
 * @see https://html.spec.whatwg.org/multipage/browsers.html#creating-a-policy-container-from-a-fetch-response
 */
export function workerAddress(): string {
  const address = new URL(code, document.baseURI).href;
  if ('serviceWorker' in navigator && navigator.serviceWorker.controller) return address;
  const script = `import ${JSON.stringify(address)};`;
  return (loader ??= URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
}
