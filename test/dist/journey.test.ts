// The journey that the page is made for: drop a database in use, read the plan, run, read the proofs, take the file home.
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { PROOF_CODES } from '../../src/migration/proofs/proof';
import { askNative, migration021, migrationFile, nativeDatabase, statementsOf } from '../databases';
import { askSqliteWasm } from './oracle';
import { countShown, receiveVisits, type Visit } from './visit';

/** What these tests read of the report for programs. */
interface Report {
  readonly input: { readonly name: string; readonly size: number; readonly sha256: string };
  readonly output: { readonly name: string; readonly size: number; readonly sha256: string };
  readonly counts: Readonly<Record<string, number>>;
  readonly statements: readonly {
    readonly ordinal: number;
    readonly sql: string;
    readonly verdict: string;
    readonly milliseconds: number;
    readonly executed: readonly string[] | null;
  }[];
  readonly proofs: readonly { readonly code: string; readonly result: string; readonly sentence: string }[];
  readonly notMade: readonly unknown[];
  readonly pages: unknown;
  readonly writtenBytes: number;
}

const openPage = receiveVisits();
const populated = nativeDatabase(migrationFile('samples/otc-base.sql'));
const spine = { name: 'spine.db', content: populated };
const script = statementsOf(migration021);

const OLD_TABLES = ['otc_raw', 'otc_venue_volume', 'otc_symbol_summary', 'otc_venue_share', 'executions'];
const NEW_TABLES = [
  'otc_normalization_map',
  'otc_quality_checks',
  'otc_rejects',
  'otc_research_snapshot',
  'otc_symbol_rolling_6w',
  'otc_week_manifest',
];

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** How many pages of one file have other bytes in the other, as far as both go. */
function countDifferentPages(one: Uint8Array, other: Uint8Array, pageSize: number): number {
  const pages = Math.min(one.length, other.length) / pageSize;
  const page = (bytes: Uint8Array, at: number): Uint8Array => bytes.subarray(at * pageSize, (at + 1) * pageSize);
  return Array.from({ length: pages }, (_, at) => at).filter(
    (at) => Buffer.compare(page(one, at), page(other, at)) !== 0,
  ).length;
}

describe('A database in use that is dropped on the page', () => {
  it('shows its facts and the verdict of every statement before anything runs', async () => {
    const visit = await openPage();
    await visit.drop(spine);
    await visit.reach('ready');

    expect(await visit.page.getByRole('heading', { name: 'spine.db', exact: true }).count()).toBe(1);
    const rows = askNative(populated, OLD_TABLES.map((name) => `SELECT count(*) FROM ${name};`).join('\n'));
    const total = rows.split('\n').reduce((sum, count) => sum + Number(count), 0);
    expect(await visit.facts()).toEqual({
      size: `${(populated.length / 1e6).toFixed(1)} MB`,
      tables: '5',
      rows: total.toLocaleString('en-US'),
      'page-size': '4,096 bytes',
      encoding: 'UTF-8',
      'journal-mode': 'rollback journal',
      'user-version': '20',
      engine: '3.54.1 (sql.js)',
    });
    expect(await visit.page.locator('[data-finding]').count()).toBe(0);

    const planned = await visit.statements();
    expect(planned.map(({ ordinal }) => ordinal)).toEqual(script.map(({ ordinal }) => ordinal));
    expect(planned).toHaveLength(53);
    const counts = { applied: 47, adapted: 2, skipped: 4 };
    expect(countShown(planned)).toEqual(counts);
    const filters = [
      ['applied', 47, 'applied'],
      ['adapted', 2, 'rewritten'],
      ['skipped', 4, 'skipped'],
      ['drift', 4, 'differs'],
    ] as const;
    for (const [name, count, word] of filters) {
      const button = visit.page.locator(`[data-count=${name}]`);
      expect(await button.textContent()).toMatch(new RegExp(`^\\s*${count}\\s+${word}\\s*$`));
      await button.click();
      expect(await visit.page.locator('[data-statement]:visible').count()).toBe(count);
      await button.click();
    }
    expect(await visit.page.locator('[data-statement]:visible').count()).toBe(53);
    expect(await visit.page.locator('[data-relation][data-change=added]').count()).toBe(NEW_TABLES.length);
  });

  it('runs as planned, with progress to see, and passes every proof', async () => {
    const visit = await openPage();
    await visit.rehearseNothing();
    await visit.drop(spine);
    await visit.reach('ready');
    const planned = await visit.statements();
    const seen = await visit.page.evaluateHandle(() => {
      const labels: string[] = [];
      new MutationObserver(() => {
        const label = document.querySelector('[aria-labelledby=running] [data-progress]')?.textContent;
        if (label != null && label !== labels.at(-1)) labels.push(label);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
      return labels;
    });

    await visit.runToTheEnd();

    const labels = await seen.jsonValue();
    expect(labels).toEqual(
      expect.arrayContaining(['comparing pages', 'integrity_check of the result', 'SHA-256 of the result']),
    );
    expect(await visit.statements()).toEqual(planned);
    const proofs = await visit.proofs();
    expect(proofs.map(({ code, result }) => [code, result])).toEqual(PROOF_CODES.map((code) => [code, 'pass']));
    expect(proofs.find(({ code }) => code === 'row-counts')?.text).toContain('8,192 rows in 5 tables');
    expect(await visit.page.getByRole('heading', { name: 'Upgraded, and every check passed' }).count()).toBe(1);
  });
});

describe('What there is to take home', () => {
  let visit: Visit;

  beforeEach(async () => {
    visit = await openPage();
    await visit.drop(spine);
    await visit.reach('ready');
    await visit.runToTheEnd();
  });

  it('is a database that is sound to other SQLites, with all old rows and six new tables, and a changed header', async () => {
    const { name, bytes } = await visit.downloadWith('Download upgraded database');

    expect(name).toBe('spine.upgraded.db');
    expect(askNative(bytes, 'PRAGMA integrity_check; PRAGMA foreign_key_check;')).toBe('ok');
    const tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name;";
    expect(askNative(bytes, tables).split('\n')).toEqual([...OLD_TABLES, ...NEW_TABLES].sort());
    for (const table of OLD_TABLES) {
      const columns = askNative(populated, `SELECT group_concat(quote(name)) FROM pragma_table_info('${table}');`);
      const rows = `.mode quote\nSELECT ${columns.replaceAll("'", '"')} FROM ${table} ORDER BY rowid;`;
      const before = askNative(populated, rows);
      expect(before.length).toBeGreaterThan(0);
      expect(sha256(Buffer.from(askNative(bytes, rows)))).toBe(sha256(Buffer.from(before)));
    }
    const old = Buffer.from(populated);
    expect(bytes.readUInt32BE(24), 'change counter').toBeGreaterThan(old.readUInt32BE(24));
    expect(bytes.readUInt32BE(92), 'version-valid-for').toBe(bytes.readUInt32BE(24));
    expect(bytes.readUInt32BE(40), 'schema cookie').toBeGreaterThan(old.readUInt32BE(40));
    expect(bytes.readUInt32BE(28) * 4096, 'pages of the header').toBe(bytes.length);

    const browser = visit.page.context().browser();
    if (browser === null) throw new Error('The visit has no browser');
    expect(await askSqliteWasm(browser, bytes, 'PRAGMA integrity_check')).toEqual([['ok']]);
    const sums = `SELECT count(*), sum(share_volume), count(execution_id) FROM otc_raw`;
    expect(await askSqliteWasm(browser, bytes, sums)).toEqual([
      askNative(populated, 'SELECT count(*), sum(share_volume), 0 FROM otc_raw').split('|').map(Number),
    ]);
  });

  it('is a report, for programs and for people, of what ran, how long it took, what was proved and both hashes', async () => {
    const shown = await visit.statements();
    const proofs = await visit.proofs();

    const { bytes } = await visit.downloadWith('Download upgraded database');
    const json = await visit.downloadWith('Download report');
    const markdown = await visit.downloadWith('Report as Markdown');

    expect([json.name, markdown.name]).toEqual(['spine.report.json', 'spine.report.md']);
    const report = JSON.parse(json.bytes.toString()) as Report;
    expect(report.input).toEqual({ name: 'spine.db', size: populated.length, sha256: sha256(populated), sidecars: [] });
    expect(report.output).toEqual({ name: 'spine.upgraded.db', size: bytes.length, sha256: sha256(bytes) });
    expect(report.notMade).toEqual([]);
    const changed = countDifferentPages(populated, bytes, 4096);
    const [input, result] = [populated.length / 4096, bytes.length / 4096];
    expect(report.pages).toEqual({ pageSize: 4096, input, changed, result });
    expect(report.writtenBytes).toBeGreaterThanOrEqual((changed + result - input) * 4096);
    expect(report.writtenBytes).toBeLessThan(bytes.length);
    expect(report.counts).toMatchObject({ applied: 47, adapted: 2, skipped: 4, failed: 0 });
    expect(report.statements.map(({ ordinal, verdict }) => [ordinal, verdict])).toEqual(
      shown.map(({ ordinal, verdict }) => [ordinal, verdict]),
    );
    expect(report.statements.map(({ sql }) => sql)).toEqual(script.map(({ text }) => text));
    for (const { verdict, milliseconds, executed } of report.statements) {
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      expect(executed === null ? null : executed.length > 0).toBe(verdict === 'adapted' ? true : null);
    }
    expect(report.statements.some(({ milliseconds }) => milliseconds > 0)).toBe(true);
    expect(report.proofs.map(({ code }) => code)).toEqual(PROOF_CODES);
    for (const { code, sentence } of report.proofs) {
      expect(proofs.find((shownProof) => shownProof.code === code)?.text).toContain(sentence);
    }

    const text = markdown.bytes.toString();
    for (const part of [sha256(populated), sha256(bytes), '47 applied, 2 rewritten, 4 skipped', 'Every check passed']) {
      expect(text).toContain(part);
    }
    expect(text.match(/^### \d+\. /gm)).toHaveLength(53);
    expect(text.match(/^What ran instead:$/gm)).toHaveLength(2);
    expect(text.match(/^- \*\*PASS\*\* /gm)).toHaveLength(PROOF_CODES.length);
  });
});
