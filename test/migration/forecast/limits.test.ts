// What would stop a run is said before it runs, with what is needed, what there is, and what works instead.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Forecast, StatementForecast } from '../../../src/migration/forecast/forecast';
import { judge, type Limit, type Machine } from '../../../src/migration/forecast/limits';

const [MIB, GIB] = [1 << 20, 1 << 30];

const SMALL: Forecast = {
  statements: [],
  bytesToRead: 40e6,
  bytesToWrite: 20e6,
  heapBytes: 80e6,
  temporaryBytes: 0,
  peakBytes: 250e6,
  milliseconds: 900,
  basis: 'sampled',
  adapted: [],
  uncertain: [],
};
const DESKTOP: Machine = { deviceMemory: 8 * GIB, quota: 100e9, onDemand: true, fileBytes: 100e6 };

function index(ordinal: number, name: string, bytesToWrite: number): StatementForecast {
  return { ordinal, index: name, pagesToRead: 0, bytesToWrite, bytesToRewrite: 0, milliseconds: 0 };
}

function rewriting(ordinal: number, bytes: number): StatementForecast {
  return { ordinal, index: null, pagesToRead: 0, bytesToWrite: bytes, bytesToRewrite: bytes, milliseconds: 0 };
}

const LARGE: Partial<Forecast> = {
  bytesToWrite: 3.4e9,
  peakBytes: 6 * GIB,
  statements: [
    index(4, 'by_name', 0.9e9),
    index(5, 'by_day', 1.25e9),
    index(6, 'tiny', 4e6),
    index(7, 'by_code', 1.1e9),
  ],
};

describe('On a machine with room for it', () => {
  test('nothing is said', () => {
    expect(judge(SMALL, DESKTOP)).toEqual([]);
    expect(judge(SMALL, { ...DESKTOP, deviceMemory: null, quota: null })).toEqual([]);
    expect(judge(SMALL, { ...DESKTOP, onDemand: false })).toEqual([]);
  });
});

interface Case {
  readonly code: Limit['code'];
  readonly forecast: Partial<Forecast>;
  readonly machine: Partial<Machine>;
  /** Severity, or null where nothing is to be said. */
  readonly severity: Limit['severity'] | null;
  /** What the sentence has to name. */
  readonly figures?: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'half of the memory': { code: 'memory', forecast: { peakBytes: 4 * GIB }, machine: {}, severity: null },
  'more than half of the memory': {
    code: 'memory',
    forecast: { peakBytes: 4.5 * GIB },
    machine: {},
    severity: 'warn',
    figures: ['4.5 GiB', '8.0 GiB'],
  },
  'much more than 8 GiB, where 8 may stand for any larger figure': {
    code: 'memory',
    forecast: { peakBytes: 60 * GIB },
    machine: {},
    severity: 'warn',
    figures: ['60.0 GiB', '8.0 GiB'],
  },
  'somewhat more than there is, where the figure is rounded': {
    code: 'memory',
    forecast: { peakBytes: 5 * GIB },
    machine: { deviceMemory: 4 * GIB },
    severity: 'warn',
    figures: ['5.0 GiB', '4.0 GiB'],
  },
  'far more than there is': {
    code: 'memory',
    forecast: { peakBytes: 11 * GIB },
    machine: { deviceMemory: 4 * GIB },
    severity: 'stop',
    figures: ['11.0 GiB', '4.0 GiB'],
  },
  'a small telephone': {
    code: 'memory',
    forecast: {},
    machine: { deviceMemory: GIB / 4 },
    severity: 'warn',
    figures: ['238 MiB', '256 MiB'],
  },
  'memory that the browser does not tell of': {
    code: 'memory',
    forecast: { peakBytes: 30 * GIB },
    machine: { deviceMemory: null },
    severity: 'warn',
    figures: ['30.0 GiB', '4.0 GiB are assumed', 'does not tell'],
  },
  'copies of the whole file': {
    code: 'memory',
    forecast: {},
    machine: { onDemand: false, fileBytes: 1.5 * GIB },
    severity: 'warn',
    figures: ['4.7 GiB', '8.0 GiB', 'as a whole'],
  },
  'a file of less than 2 GiB that is read as a whole': {
    code: 'whole-file',
    forecast: {},
    machine: { onDemand: false, fileBytes: 2 * GIB - 1 },
    severity: null,
  },
  'a file of 2 GiB that has to be read as a whole': {
    code: 'whole-file',
    forecast: {},
    machine: { onDemand: false, fileBytes: 2 * GIB },
    severity: 'stop',
    figures: ['2.0 GiB'],
  },
  'a file of 40 GiB that is read on demand': {
    code: 'whole-file',
    forecast: {},
    machine: { fileBytes: 40 * GIB },
    severity: null,
  },
  'a gibibyte of SQLite’s own memory': {
    code: 'engine-memory',
    forecast: { heapBytes: GIB },
    machine: {},
    severity: null,
  },
  'almost all of SQLite’s own memory': {
    code: 'engine-memory',
    forecast: { heapBytes: 1.9 * GIB, statements: [rewriting(3, 1.8 * GIB)] },
    machine: {},
    severity: 'warn',
    figures: ['1.9 GiB', '2.0 GiB', 'statement 3'],
  },
  'more than SQLite’s own memory can be': {
    code: 'engine-memory',
    forecast: { heapBytes: 2.6 * GIB, statements: [rewriting(3, GIB), index(4, 'i', 5), rewriting(9, 1.5 * GIB)] },
    machine: {},
    severity: 'stop',
    figures: ['2.6 GiB', '2.0 GiB', 'statements 3 and 9'],
  },
  'a temporary file of a gibibyte': {
    code: 'temporary-file',
    forecast: { temporaryBytes: GIB },
    machine: {},
    severity: null,
  },
  'a large temporary file': {
    code: 'temporary-file',
    forecast: { temporaryBytes: 3 * GIB },
    machine: {},
    severity: 'warn',
    figures: ['3.0 GiB', '4.0 GiB'],
  },
  'a temporary file that cannot grow so large': {
    code: 'temporary-file',
    forecast: { temporaryBytes: 5.1 * GIB },
    machine: {},
    severity: 'stop',
    figures: ['5.1 GiB', '4.0 GiB'],
  },
  'room for the result': { code: 'storage', forecast: {}, machine: { quota: 25e6 }, severity: null },
  'hardly room for the result': {
    code: 'storage',
    forecast: { bytesToWrite: 700e6 },
    machine: { quota: 600e6 },
    severity: 'warn',
    figures: ['700 MB', '600 MB'],
  },
  'a quota that the browser does not tell': {
    code: 'storage',
    forecast: { bytesToWrite: 700e6 },
    machine: { quota: null },
    severity: null,
  },
  'a result that a private window can hold': {
    code: 'private-window',
    forecast: { bytesToWrite: 1.9e9 },
    machine: {},
    severity: null,
  },
  'a result that no private window can hold': {
    code: 'private-window',
    forecast: { bytesToWrite: 2.6e9 },
    machine: {},
    severity: 'warn',
    figures: ['2.6 GB', '2.0 GB'],
  },
};

describe('A limit is told with both figures, and only where it matters', () => {
  test.each(Object.entries(CASES))('%s', (_what, { code, forecast, machine, severity, figures = [] }) => {
    const found = judge({ ...SMALL, ...forecast }, { ...DESKTOP, ...machine }).filter((limit) => limit.code === code);
    expect(found.map((limit) => limit.severity)).toEqual(severity === null ? [] : [severity]);
    for (const { sentence, help } of found) {
      for (const figure of figures) expect(sentence).toContain(figure);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(help).toMatch(/^[A-Z].*\.$/);
    }
  });
});

function helpOf(code: Limit['code'], forecast: Partial<Forecast>, machine: Partial<Machine> = {}): string {
  const found = judge({ ...SMALL, ...forecast }, { ...DESKTOP, ...machine }).find((limit) => limit.code === code);
  if (!found) throw new Error(`No limit ${code}`);
  return found.help;
}

describe('What works instead is named', () => {
  test('the largest indexes, with their sizes, the largest one first', () => {
    expect(helpOf('memory', LARGE)).toContain('by_day (1.3 GB), by_code (1.1 GB) and by_name (900 MB)');
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

  test('another browser, or a window that is not private', () => {
    expect(helpOf('whole-file', {}, { onDemand: false, fileBytes: 3 * GIB })).toContain('another browser');
    expect(helpOf('private-window', LARGE)).toContain('not');
    expect(helpOf('storage', LARGE, { quota: 500e6 })).toContain('not private');
  });
});

describe('Of any forecast and any machine', () => {
  const bytes = fc.nat({ max: 1 << 30 }).map((kibibytes) => kibibytes * 1024);
  const known = fc.option(bytes, { nil: null });

  test('what stops a run comes first, each limit comes once, and a larger machine has no more of them', () => {
    const property = fc.property(
      fc.record({ bytesToWrite: bytes, heapBytes: bytes, temporaryBytes: bytes, peakBytes: bytes }),
      fc.record({ deviceMemory: known, quota: known, onDemand: fc.boolean(), fileBytes: bytes }),
      (figures, machine) => {
        const forecast = { ...SMALL, ...figures };
        const limits = judge(forecast, machine);
        const severities = limits.map(({ severity }) => severity);
        expect(severities).toEqual([...severities].sort((one, other) => (one < other ? -1 : 1)));
        expect(new Set(limits.map(({ code }) => code)).size).toBe(limits.length);
        const codes = new Set(limits.map(({ code }) => code));
        const fewer = judge(forecast, { ...machine, quota: null, deviceMemory: 2 ** 44, onDemand: true });
        for (const { code } of fewer) expect(codes).toContain(code);
        for (const { sentence } of limits) expect(sentence).not.toMatch(/NaN|undefined|Infinity/);
      },
    );
    fc.assert(property);
  });
});

test('sizes below a gigabyte are told in the smaller unit', () => {
  const [limit] = judge({ ...SMALL, bytesToWrite: 30e6 }, { ...DESKTOP, quota: 10e6 });
  expect(limit?.sentence).toContain('30 MB');
  const [memory] = judge({ ...SMALL, peakBytes: 300 * MIB }, { ...DESKTOP, deviceMemory: 512 * MIB });
  expect(memory?.sentence).toContain('300 MiB');
});
