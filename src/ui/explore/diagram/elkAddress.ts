// Where the layout engine is: ELK as its makers publish it, unchanged, a worker of its own. A build that is one file has another module
// in the place of this one.

import licence from 'elkjs/LICENSE.md?url';
import code from 'elkjs/lib/elk-worker.min.js?url';
import { scriptOfWorker } from '../../../trustedAddress';

/** How the script is started. */
export const elkType: WorkerType = 'module';

/** The address of the worker's script. */
export function elkAddress(): string {
  return scriptOfWorker(code);
}

/** The address of the licence that comes with it, the Eclipse Public License 2.0. */
export function elkLicence(): string {
  return new URL(licence, document.baseURI).href;
}
