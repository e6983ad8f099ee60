// Where the worker's code is. A build that is one file has another module in the place of this one.

import { scriptOfWorker } from '../../trustedAddress';
import code from './start.ts?worker&url';

/** How the script is written: `module`, or `classic` where it is one piece. */
export const workerType: WorkerType = 'module';

/** The address of the worker's script. */
export function workerAddress(): string {
  return scriptOfWorker(code);
}
