// A chunk of its own, which the worker loads with the first check: the forecast of a run, and the checks of its result.

export { hashAtOnce, hashInPieces } from '../pages/blobHash';
export { forecastRun } from '../../migration/forecast/forecast';
export { measureRates } from '../rates';
export { splitScript } from '../../script/split';
export { Prover, proveSound } from '../prover';
export { warmUpChecks } from './warmUpChecks';
