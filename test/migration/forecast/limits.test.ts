// What would stop a run is said before it runs, with what is needed, what there is, and what works instead.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Forecast, StatementForecast } from '../../../src/migration/forecast/forecast';
import { judge, type Limit, type Machine } from '../../../src/migration/forecast/limits';

const GIB = 2 ** 30;

const SMALL: Forecast = {
  statements: [],
  bytesToWrite: 20e6,
  heapBytes: 80e6,
  peakBytes: 250e6,
  milliseconds: 900,
  checkMilliseconds: 900,
  adapted: [],
  uncertain: [],
};
const DESKTOP: Machine = { deviceMemory: 8 * GIB, quota: 100e9 };

function statement(ordinal: number, index: string | null, bytesToWrite: number, bytesToRewrite = 0): StatementForecast {
  return { ordinal, index, pagesToRead: 0, bytesToWrite, bytesToRewrite, bytesToSort: 0, milliseconds: 0 };
}
const rewriting = (ordinal: number, bytes: number): StatementForecast => statement(ordinal, null, bytes, bytes);

const LARGE: Partial<Forecast> = {
  bytesToWrite: 3.4e9,
  peakBytes: 6 * GIB,
  statements: [
    statement(4, 'by_name', 0.9e9),
    statement(5, 'by_day', 1.25e9),
    statement(6, 'tiny', 4e6),
    statement(7, 'by_code', 1.1e9),
  ],
};

test('On a machine with room for it nothing is said', () => {
  expect(judge(SMALL, DESKTOP)).toEqual([]);
  expect(judge(SMALL, { ...DESKTOP, deviceMemory: null, quota: null })).toEqual([]);
});

type Case = readonly [
  what: string,
  code: Limit['code'],
  severity: Limit['severity'] | null,
  forecast: Partial<Forecast>,
  machine: Partial<Machine>,
  ...words: string[],
];

const CASES: readonly Case[] = [
  ['half of the memory', 'memory', null, { peakBytes: 4 * GIB }, {}],
  ['more than half of it', 'memory', 'warn', { peakBytes: 4.5 * GIB }, {}, '4.5 GiB', '8.0 GiB or more'],
  [
    'much more than 8 GiB, where 8 may stand for any larger figure',
    'memory',
    'warn',
    { peakBytes: 60 * GIB },
    {},
    '60.0 GiB',
  ],
  [
    'more than there is, where the figure is rounded',
    'memory',
    'warn',
    { peakBytes: 7 * GIB },
    { deviceMemory: 4 * GIB },
    '7.0 GiB',
  ],
  [
    'more than there is, where a disk may hold the rest',
    'memory',
    'warn',
    { peakBytes: 15 * GIB },
    { deviceMemory: 4 * GIB },
  ],
  [
    'more than memory and disk may hold',
    'memory',
    'stop',
    { peakBytes: 21 * GIB },
    { deviceMemory: 4 * GIB },
    '21.0 GiB',
    '4.0 GiB',
  ],
  [
    'memory that the browser does not tell of',
    'memory',
    'warn',
    { peakBytes: 99 * GIB },
    { deviceMemory: null },
    'does not tell',
    '4.0 GiB',
  ],
  ['a gibibyte of SQLite’s own memory', 'engine-memory', null, { heapBytes: GIB }, {}],
  [
    'almost all of it',
    'engine-memory',
    'warn',
    { heapBytes: 1.9 * GIB, statements: [rewriting(3, 1.8 * GIB)] },
    {},
    ...['1.9 GiB', '2.0 GiB', 'statement 3'],
  ],
  ['a little more than it can be', 'engine-memory', 'warn', { heapBytes: 2.4 * GIB }, {}],
  [
    'so much more that the forecast may be too high by a fourth',
    'engine-memory',
    'stop',
    { heapBytes: 2.6 * GIB, statements: [rewriting(3, GIB), statement(4, 'i', 5), rewriting(9, 1.5 * GIB)] },
    {},
    ...['2.6 GiB', 'statements 3 and 9'],
  ],
  ['room for the result', 'storage', null, {}, { quota: 25e6 }],
  ['hardly room for it', 'storage', 'warn', { bytesToWrite: 700e6 }, { quota: 600e6 }, '700.0 MB', '600.0 MB'],
  ['room that the browser does not tell of', 'storage', null, { bytesToWrite: 700e6 }, { quota: null }],
  ['a result that a private window can hold', 'private-window', null, { bytesToWrite: 1.9e9 }, {}],
  [
    'a result that no private window can hold',
    'private-window',
    'warn',
    { bytesToWrite: 2.6e9 },
    {},
    '2.6 GB',
    '2.0 GB',
  ],
];

test.each(CASES.map(([what, ...rest]) => [what, rest] as const))(
  'A limit is told with both figures, and only where it matters: %s',
  (_what, given) => {
    const [code, severity, forecast, machine, ...words] = given;
    const limit = judge({ ...SMALL, ...forecast }, { ...DESKTOP, ...machine }).find((one) => one.code === code);
    expect(limit?.severity ?? null).toBe(severity);
    for (const word of words) expect(limit?.sentence).toContain(word);
  },
);

describe('Beside a limit stands what works instead', () => {
  const helpOf = (code: Limit['code'], forecast: Partial<Forecast>, machine: Partial<Machine> = {}): string =>
    judge({ ...SMALL, ...forecast }, { ...DESKTOP, ...machine }).find((limit) => limit.code === code)?.help ??
    'no limit';

  test('the largest indexes to create later', () => {
    expect(helpOf('memory', LARGE)).toContain('by_day (1.3 GB), by_code (1.1 GB) and by_name (900.0 MB)');
    expect(helpOf('memory', LARGE)).not.toContain('tiny');
    expect(helpOf('memory', { peakBytes: 6 * GIB })).not.toContain('index');
  });

  test('the sqlite3 program, and which statements plain SQLite refuses', () => {
    expect(helpOf('memory', LARGE)).toContain('sqlite3 program');
    expect(helpOf('memory', LARGE)).not.toContain('plain SQLite');
    expect(helpOf('memory', { ...LARGE, adapted: [2] })).toContain('there statement 2 must be written in another way');
    expect(helpOf('storage', { ...LARGE, adapted: [2, 5, 6] }, { quota: 1e9 })).toContain('statements 2, 5 and 6');
  });

  test('to leave rows as they are, where a choice is what has them written', () => {
    const forecast = { heapBytes: 3 * GIB, statements: [rewriting(2, 3 * GIB)] };
    expect(helpOf('engine-memory', { ...forecast, adapted: [2] })).toContain('read NULL');
    expect(helpOf('engine-memory', forecast)).not.toContain('read NULL');
  });

  test('a window that is not private', () => {
    expect(helpOf('private-window', LARGE)).toContain('not');
    expect(helpOf('storage', LARGE, { quota: 500e6 })).toContain('not private');
  });
});

test('Of any forecast and machine: what stops a run comes first, each limit comes once, a larger machine has no more of them', () => {
  const bytes = fc.nat({ max: 1 << 30 }).map((kibibytes) => kibibytes * 1024);
  const known = fc.option(bytes, { nil: null });
  const property = fc.property(
    fc.record({ bytesToWrite: bytes, heapBytes: bytes, peakBytes: bytes }),
    fc.record({ deviceMemory: known, quota: known }),
    (figures, machine) => {
      const forecast = { ...SMALL, ...figures };
      const limits = judge(forecast, machine);
      const severities = limits.map(({ severity }) => severity);
      expect(severities).toEqual([...severities].sort((one, other) => (one < other ? -1 : 1)));
      const codes = new Set(limits.map(({ code }) => code));
      expect(codes.size).toBe(limits.length);
      const fewer = judge(forecast, { ...machine, quota: null, deviceMemory: 2 ** 44 });
      for (const { code } of fewer) expect(codes).toContain(code);
      for (const { sentence } of limits) expect(sentence).not.toMatch(/NaN|undefined|Infinity/);
    },
  );
  fc.assert(property, { seed: 15 });
});
