// What the user decides for rows that are there already, in new columns with a default that SQLite only gives to new rows.
import { describe, expect, it } from 'vitest';
import { PROOF_CODES } from '../../src/migration/proofs/proof';
import { askNative, migrationFile, nativeDatabase } from '../databases';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
const narrow = { name: 'spine.db', content: nativeDatabase(migrationFile('samples/otc-base-narrow.sql')) };

/** The columns that are adapted, with the ordinals of their statements. */
const ADAPTED = [
  [7, 'otc_raw', 'ingested_at'],
  [23, 'otc_venue_volume', 'normalized_at'],
  [29, 'otc_symbol_summary', 'calculated_at'],
  [35, 'otc_venue_share', 'calculated_at'],
] as const;
const VALUES = ADAPTED.map(([, table, column]) => `SELECT ${column} AS value FROM ${table}`).join(' UNION ALL ');

async function openNarrow(): Promise<Visit> {
  const visit = await openPage();
  await visit.drop(narrow);
  await visit.reach('ready');
  return visit;
}

function adapted(visit: Visit): Promise<readonly number[]> {
  return visit
    .statements()
    .then((all) => all.filter(({ verdict }) => verdict === 'adapted').map(({ ordinal }) => ordinal));
}

describe('Rows that are there already', () => {
  it('stay without a value, unless the user wants otherwise, and new rows get the default', async () => {
    const visit = await openNarrow();
    expect(await adapted(visit)).toEqual(ADAPTED.map(([ordinal]) => ordinal));
    await visit.runToTheEnd();

    const { bytes } = await visit.downloadWith('Download upgraded database');

    expect(askNative(bytes, `SELECT count(*), count(value) FROM (${VALUES});`)).toBe('8130|0');
    const insert = `INSERT INTO otc_venue_share(week_ending, mpid, total_volume, total_trades, symbol_count, market_share_pct, rank)
      VALUES ('2026-01-02', 'AAAA', 1, 1, 1, '1.0', 1);`;
    const written = `SELECT calculated_at BETWEEN datetime('now', '-1 minute') AND datetime('now')
      FROM otc_venue_share WHERE week_ending = '2026-01-02';`;
    expect(askNative(bytes, insert + written)).toBe('1');
  });

  it('get one and the same time in every adapted column, where the user wants the time of the upgrade', async () => {
    const visit = await openNarrow();
    const before = new Date();

    await visit.page.getByRole('radio', { name: 'the time of the upgrade' }).check();
    await visit.replanned();
    expect(await adapted(visit)).toEqual(ADAPTED.map(([ordinal]) => ordinal));
    await visit.runToTheEnd();
    const { bytes } = await visit.downloadWith('Download upgraded database');

    const answer = askNative(
      bytes,
      `SELECT count(*), count(value), count(DISTINCT value), min(value) FROM (${VALUES});`,
    );
    const [rows, filled, different, time = ''] = answer.split('|');
    expect([rows, filled, different]).toEqual(['8130', '8130', '1']);
    expect(time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const upgradedAt = Date.parse(`${time.replace(' ', 'T')}Z`);
    expect(upgradedAt).toBeGreaterThanOrEqual(Math.floor(before.getTime() / 1000) * 1000);
    expect(upgradedAt).toBeLessThanOrEqual(Date.now());
    expect((await visit.proofs()).map(({ code, result }) => [code, result])).toEqual(
      PROOF_CODES.map((code) => [code, 'pass']),
    );
  });
});

describe('“strict”', () => {
  it('makes the plan stop where plain SQLite would, and nothing can be run until it is turned off', async () => {
    const visit = await openNarrow();

    await visit.page.getByRole('checkbox', { name: 'Strict' }).check();
    await visit.replanned();

    const verdicts = (await visit.statements()).map(({ verdict }) => verdict);
    expect(verdicts.indexOf('failed')).toBe(ADAPTED[0][0] - 1);
    expect(new Set(verdicts.slice(ADAPTED[0][0]))).toEqual(new Set(['not run']));
    expect(await visit.run.isDisabled()).toBe(true);
    await visit.statement(ADAPTED[0][0]).getByText('Turn “strict” off').waitFor();

    await visit.page.getByRole('checkbox', { name: 'Strict' }).uncheck();
    await visit.replanned();
    expect(await adapted(visit)).toEqual(ADAPTED.map(([ordinal]) => ordinal));
    expect(await visit.run.isEnabled()).toBe(true);
  });
});
