// Where one file of many is on its way.

/**
 * `waiting`: it has no plan. `refused`: it was not opened. `up to date`: all that would run is recorded in it as applied.
 * `stops`: a statement of its plan fails. `ready`: it can be run as soon as
 * what wants a tick has one. `withheld`: a proof of its result failed. `failed`: its run gave nothing. `lost`: it was changed or
 * deleted since its run, and its result is partly made of it.
 */
export type FileState =
  | 'waiting'
  | 'planning'
  | 'refused'
  | 'up to date'
  | 'stops'
  | 'ready'
  | 'checking'
  | 'running'
  | 'proving'
  | 'upgraded'
  | 'withheld'
  | 'failed'
  | 'lost';
