// What stands in the way of a run that is forecast: limits of the browser and of the machine, said before they are met.

import { size } from '../../words';
import type { Forecast } from './forecast';

/** What is known of the browser and the machine that a run would have. Sizes are in bytes. */
export interface Machine {
  /** `navigator.deviceMemory`, in bytes; null where the browser does not tell. It is rounded, and often no more than 8 GiB. */
  readonly deviceMemory: number | null;
  /** What `navigator.storage.estimate()` says is free (quota less usage); null where the browser does not tell. */
  readonly quota: number | null;
}

/** A limit that a run comes near to, or would meet. */
export interface Limit {
  readonly code: 'engine-memory' | 'memory' | 'storage' | 'private-window';
  /** `stop`: the run cannot come to its end here, even if the forecast is too high by a fourth. */
  readonly severity: 'warn' | 'stop';
  /** What is needed and what there is, in one sentence. */
  readonly sentence: string;
  /** What works instead. */
  readonly help: string;
}

const GIB = 2 ** 30;
const LIST = new Intl.ListFormat('en-GB');
/** For the memory of an engine; for what Chromium can read again in a private window. */
const [HARD_LIMIT, PRIVATE_RESULT] = [2 * GIB, 2e9];
/** Where the browser does not tell it may be a telephone; from the second figure on, what it tells may stand for any larger one. */
const [ASSUMED_MEMORY, MEMORY_TOLD] = [4 * GIB, 8 * GIB];
/** Rounded down, the browser's figure is half of what there is; and a disk may hold as much again of what is in memory. */
const MEMORY_AT_MOST = 4;
/** How far a forecast may be too high. */
const MARGIN = 1.25;

/**
 * Judges a forecast by what the machine has. Gives the limits that matter, those that stop the run first. A temporary file has no
 * limit of its own: it lies in memory in pieces, and counts there.
 */
export function judge(forecast: Forecast, { deviceMemory, quota }: Machine): readonly Limit[] {
  const { statements, heapBytes, bytesToWrite, adapted } = forecast;
  const limits: Limit[] = [];
  const add = (code: Limit['code'], isCertain: boolean, sentence: string, help: string): unknown =>
    limits.push({ code, severity: isCertain ? 'stop' : 'warn', sentence, help });
  const refused = `; there ${statementsOf(adapted)} must be written in another way, since plain SQLite refuses the default where a table holds rows`;
  const native = `Or run the script with the sqlite3 program, which works on the disk${adapted.length > 0 ? refused : ''}.`;
  const smaller = `${withoutIndexes(forecast)}${native}`;
  if (heapBytes >= HARD_LIMIT * 0.75) {
    const rewriting = statements.filter(({ bytesToRewrite }) => bytesToRewrite > 0).map(({ ordinal }) => ordinal);
    const sentence = `SQLite needs about ${inMemory(heapBytes)} of memory of its own, and a browser gives it ${inMemory(HARD_LIMIT)}: until the commit it keeps the rows as they were before ${statementsOf(rewriting)} changed them.`;
    const isChoice = rewriting.some((ordinal) => adapted.includes(ordinal));
    const choice = isChoice ? 'Choose that existing rows read NULL: then no row is written. ' : '';
    add('engine-memory', heapBytes > HARD_LIMIT * MARGIN, sentence, `${choice}${native}`);
  }
  const needed = forecast.peakBytes;
  const memory = deviceMemory ?? ASSUMED_MEMORY;
  if (needed > memory / 2) {
    const isKnown = deviceMemory !== null && memory < MEMORY_TOLD;
    const there = deviceMemory === null ? 'does not tell how much there is; it may be' : 'says that the machine has';
    const sentence = `The run needs up to ${inMemory(needed)} of memory. This browser ${there} ${inMemory(memory)}${isKnown ? '' : ' or more'}.`;
    const isCertain = isKnown && needed > memory * MEMORY_AT_MOST * MARGIN;
    add('memory', isCertain, sentence, `Close other tabs and programs. ${smaller}`);
  }
  if (quota !== null && bytesToWrite > quota * 0.8) {
    const sentence = `The browser has to keep about ${size(bytesToWrite)} of the result until it is downloaded, and says that ${size(quota)} are free for pages.`;
    add('storage', false, sentence, `Use a window that is not private, or make room on the disk. ${smaller}`);
  }
  if (bytesToWrite > PRIVATE_RESULT) {
    const sentence = `The run writes about ${size(bytesToWrite)}, and a private window cannot hand back more than ${size(PRIVATE_RESULT)}.`;
    add('private-window', false, sentence, 'If this window is private, open the page in one that is not.');
  }
  return limits.sort((one, other) => Number(other.severity === 'stop') - Number(one.severity === 'stop'));
}

/** The three largest indexes, where leaving them out would help. */
function withoutIndexes({ statements, bytesToWrite }: Forecast): string {
  const largest = statements
    .filter((one) => one.index !== null && one.bytesToWrite * 20 > bytesToWrite)
    .sort((one, other) => other.bytesToWrite - one.bytesToWrite)
    .slice(0, 3)
    .map((one) => `${one.index ?? ''} (${size(one.bytesToWrite)})`);
  return largest.length === 0 ? '' : `Or create the largest indexes later: ${LIST.format(largest)}. `;
}

function statementsOf(ordinals: readonly number[]): string {
  return `${ordinals.length === 1 ? 'statement' : 'statements'} ${LIST.format(ordinals.map(String))}`.trim();
}

/** Memory as machines have it, in powers of two. */
function inMemory(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
