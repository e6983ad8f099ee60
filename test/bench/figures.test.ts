// The figures of the benchmark: what is counted into a time, what the table shows, where it goes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import type { Success } from '../../bench/contestants.mjs';
import { readOptions, runsOn, UsageError } from '../../bench/options.mjs';
import { layOut, putBetweenMarks } from '../../bench/document.mjs';
import { markdownOf, median } from '../../bench/table.mjs';
import { timesOf } from '../../bench/times.mjs';

const time = fc.double({ min: 0, max: 1e6, noNaN: true });

describe('The time of a run', () => {
  it('is all that passes from the drop to the result', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 6, maxLength: 6 }), (steps) => {
        const names = ['drop', 'schema-shown', 'plan-shown', 'run-started', 'result-ready', 'proofs-done'];
        let now = 0;
        const marks = Object.fromEntries(names.map((name, index) => [name, (now += steps[index] ?? 0)]));
        const [, schema = 0, plan = 0, pressed = 0, run = 0, proofs = 0] = steps;
        const times = timesOf(marks, { run: run / 2 });
        const sum = schema + plan + pressed + run;
        expect(times.schema).toBeCloseTo(schema, 5);
        expect(times.plan).toBeCloseTo(plan, 5);
        expect(times.run).toBe(run / 2);
        expect(times.total).toBeCloseTo(sum, 5);
        expect(times.withProofs).toBeCloseTo(sum + proofs, 5);
      }),
      runs(100),
    );
  });

  it('has neither a plan nor proofs where there are none', () => {
    const marks = { drop: 10, 'schema-shown': 30, 'run-started': 30, committed: 100, 'result-ready': 130 };
    expect(timesOf(marks, null)).toEqual({ schema: 20, plan: null, run: 70, total: 120, withProofs: null });
  });

  it('is not made up where the page was silent', () => {
    expect(() => timesOf({ drop: 1, 'schema-shown': 2, 'run-started': 3 }, null)).toThrow('result-ready');
  });
});

describe('The median', () => {
  it('has as many values below it as above it, and is one of an odd number of values', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 9 }), (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
        if (values.length % 2 === 1) expect(values).toContain(middle);
      }),
      runs(100),
    );
  });
});

/** A run that took this long, in milliseconds. */
function success(total: number): Success {
  return {
    ok: true,
    times: { schema: total / 10, plan: null, run: total / 2, total, withProofs: null },
    memory: { peak: 300e6, peakAtResult: 300e6, browserPeak: null },
    writtenBytes: 27e6,
    longestTask: total / 20,
  };
}

const machine = {
  processor: 'A processor',
  cores: 1,
  memoryBytes: 8e9,
  system: 'A system',
  node: '1',
  chromium: '2',
  sqlite3: '3',
  sqlJs: '4',
  sqliteWasm: '5',
};
const findings = {
  machine,
  deviceMemory: 8,
  beginnings: { drydock: { peaks: { renderer: 90e6, browser: 1 }, wire: { gzip: 400_400, brotli: 300_300 } } },
  sizes: [
    {
      database: { megabytes: 10, path: 'ten.db', bytes: 9_900_000, rows: { small: 10, large: 1000 } },
      // A machine that is slower in the second round is so for both.
      rounds: [
        { native: success(100), drydock: success(250), 'sql.js': success(1) },
        { native: success(1000), drydock: success(2500), 'sql.js': { ok: false as const, reason: 'no | memory' } },
        { native: success(100), drydock: success(999) },
      ],
      faults: { 'sqlite-wasm OPFS': 'never shown, since it never ran' },
    },
  ],
};

describe('The table', () => {
  const rows = markdownOf(findings)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  it('shows medians of multiples of native in the same round, and what was there before a file was dropped', () => {
    expect(rows.slice(2)).toEqual([
      ['none yet', '**Drydock**', '–', '–', '–', '–', '–', '90 MB', '–', '400 kB / 300 kB'],
      ['**9.9 MB**, 3 runs', 'native `sqlite3`', '0.10 ×', '–', '0.50 ×', '0.10 s = 1 ×', '–', '300 MB', '27 MB', '–'],
      ['', '**Drydock**', '0.25 ×', '–', '1.25 ×', '**2.50 ×**', '–', '300 MB', '27 MB', '–'],
      ['', 'sql.js', '–', '–', '–', 'fails: no \\| memory', '–', '–', '–', '–'],
    ]);
  });

  it('does not round what is small to nothing', () => {
    const quick = { ...success(1000), times: { ...success(1000).times, schema: 0.4567, plan: 23.45 } };
    const [size] = findings.sizes;
    const shown = markdownOf({
      ...findings,
      sizes: size ? [{ ...size, rounds: [{ native: success(1000), drydock: quick }] }] : [],
    });
    expect(shown).toContain('| **Drydock** | 0.0005 × | 0.023 × |');
  });

  it('says for how long its user waits to see schema and plan, and the longest task of the main thread', () => {
    const [size] = findings.sizes;
    const rounds = [250, 2500, 999].map((total) => {
      const drydock = success(total);
      return { native: success(100), drydock: { ...drydock, times: { ...drydock.times, plan: 7 } } };
    });
    const shown = markdownOf({ ...findings, sizes: size ? [{ ...size, rounds }] : [] }).replaceAll('\n', ' ');
    for (const part of [
      'drawn 100 ms after the drop',
      'its plan 107 ms after it',
      'takes 50 ms (0: less than 50 ms)',
    ]) {
      expect(shown).toContain(part);
    }
    expect(markdownOf(findings)).not.toContain('Drydock alone');
  });

  it('says what it was made on', () => {
    for (const part of ['A processor, 1 core, 8.00 GB', '(the browser tells the page 8 GB)', 'large 1,000, small 10']) {
      expect(markdownOf(findings)).toContain(part);
    }
  });

  it('replaces what stands between the marks of docs/benchmarks.md, and nothing else', async () => {
    const markdown = await layOut(markdownOf(findings));
    const written = putBetweenMarks('before\n\n<!-- bench -->\n\nold\n\n<!-- /bench -->\n\nafter\n', markdown);
    expect(written).toBe(`before\n\n<!-- bench -->\n\n${markdown.trim()}\n\n<!-- /bench -->\n\nafter\n`);
    expect(await layOut(written ?? '')).toBe(written);
    expect(putBetweenMarks('no marks', markdown)).toBe(null);
    expect(putBetweenMarks('<!-- /bench --> <!-- bench -->', markdown)).toBe(null);
  });
});

describe('The command line', () => {
  it('measures five sizes three times, the large ones less often, and can be quick', () => {
    const { sizes, runs } = readOptions([]);
    expect(sizes.map((size) => [size, runsOn(size, runs)])).toEqual([
      [10, 3],
      [100, 3],
      [500, 3],
      [1000, 2],
      [3000, 1],
    ]);
    expect(readOptions(['--quick'])).toMatchObject({ sizes: [10, 100], runs: 1 });
    expect(readOptions(['--only', 'sql.js']).contestants).toEqual(['native', 'drydock', 'sql.js']);
    expect(readOptions(['--only', 'none']).contestants).toEqual(['native', 'drydock']);
  });

  it.each([['--sizes', '10,0'], ['--sizes', 'ten'], ['--runs', '1.5'], ['--only', 'oracle'], ['--fast'], ['10']])(
    'refuses %s %s',
    (...words) => {
      expect(() => readOptions(words)).toThrow(UsageError);
    },
  );
});
