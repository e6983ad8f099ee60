// The boundary between page and worker: the messages that cross it.

import type { EngineApi } from './api';

/** A call of a method; where an argument is a function, `callbackAt` says which and the worker reports through it. */
export interface CallMessage {
  readonly id: number;
  readonly method: keyof EngineApi;
  readonly arguments: readonly unknown[];
  readonly callbackAt: number | null;
}

/** What comes back: any number of reports, then one answer. */
export type AnswerMessage =
  | { readonly id: number; readonly kind: 'report'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'result'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'error'; readonly name: string; readonly message: string };

/** What a worker tells of no call: the addresses from which it has loaded something. */
export interface RequestsMessage {
  readonly kind: 'requests';
  readonly addresses: readonly string[];
}
