// Many databases on the built page: what a user does with them, what the page shows of them, and what is in the archive.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright';
import { nativeDatabase } from '../databases';
import type { UserFile, Visit } from './visit';

/** A script that no database whose `t.a` has a value twice can take. */
export const script: UserFile = {
  name: 'mine.sql',
  content: `ALTER TABLE t ADD COLUMN note TEXT DEFAULT 'none';\nCREATE UNIQUE INDEX IF NOT EXISTS only_once ON t(a);\n`,
};

/** A database with a table `t` of so many rows, different for every seed. */
export function sound(name: string, seed: number, rows = 50): UserFile {
  const content = nativeDatabase(`CREATE TABLE t(a INTEGER, b TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      INSERT INTO t SELECT i * ${seed}, 'row ' || i || ' of ${seed}' FROM n;`);
  return { name, content };
}

/** A database in which the script stops at its second statement. */
export function withValueTwice(name: string): UserFile {
  return { name, content: nativeDatabase('CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t(a) VALUES (1), (2), (1);') };
}

/** What is no database at all, whatever it is called. */
export function garbage(name: string): UserFile {
  const content = Uint8Array.from({ length: 8192 }, (_, at) => createHash('md5').update(String(at)).digest()[0] ?? 0);
  return { name, content };
}

/** What can be pressed and read. */
export function parts({ page }: Visit) {
  return {
    panel: page.locator('[data-batch]'),
    runAll: page.getByRole('button', { name: 'Run all' }),
    runRest: page.getByRole('button', { name: /^Run the remaining/ }),
    planRest: page.getByRole('button', { name: /^Plan the remaining/ }),
    cancelAll: page.getByRole('button', { name: 'Cancel all' }),
    saveAll: page.getByRole('button', { name: 'Download all as a zip' }),
    report: page.getByRole('button', { name: 'Download report' }),
    stopSaving: page.getByRole('button', { name: 'Stop saving' }),
    saving: page.locator('[data-saving]'),
    saved: page.locator('[data-saved]'),
    summary: page.locator('[data-summary]'),
    leaving: page.locator('[data-leaving]'),
    alert: page.getByRole('alert'),
  };
}

/** The rows of one file. */
export function row({ page }: Visit, path: string): Locator {
  return page.locator(`[data-file="${path}"]`);
}

/** Waits until a file is in a state. */
export async function reachFile({ page }: Visit, path: string, state: string): Promise<void> {
  await page.locator(`[data-file="${path}"][data-file-state="${state}"]`).waitFor();
}

/** The state of each file, by its name. */
export async function states({ page }: Visit): Promise<Readonly<Record<string, string>>> {
  const pairs = await page
    .locator('[data-file]')
    .evaluateAll((all) =>
      all.map(
        (element) => [element.getAttribute('data-file') ?? '', element.getAttribute('data-file-state') ?? ''] as const,
      ),
    );
  return Object.fromEntries(pairs);
}

/** Drops databases with a script, and waits for their plans. */
export async function dropMany(visit: Visit, ...files: readonly UserFile[]): Promise<void> {
  await visit.drop(...files);
  await planned(visit);
}

/** Waits until no plan is being made and nothing is run. */
export async function planned(visit: Visit): Promise<void> {
  await visit.page.locator('[data-batch=ready] [data-summary]').waitFor();
}

/** Runs all files and waits for the end. */
export async function runAll(visit: Visit): Promise<void> {
  await parts(visit).runAll.click();
  await planned(visit);
}

/** Has a button pressed as soon as the row of a file shows what matches; gives the states of all files right after. */
export function pressWhen(
  { page }: Visit,
  path: string,
  shown: RegExp,
  button: string,
): Promise<Readonly<Record<string, string>>> {
  return page.evaluate(
    ([file, wanted, label]) =>
      new Promise<Record<string, string>>((resolve) => {
        const rows = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-file]')];
        const observer = new MutationObserver(() => {
          const row = rows().find(({ dataset }) => dataset.file === file);
          if (!row || !new RegExp(wanted).test(row.textContent)) return;
          observer.disconnect();
          const named = [...document.querySelectorAll('button')].find(
            (one) => (one.ariaLabel ?? one.textContent.trim()) === label,
          );
          named?.click();
          setTimeout(() =>
            resolve(Object.fromEntries(rows().map(({ dataset }) => [dataset.file ?? '', dataset.fileState ?? '']))),
          );
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      }),
    [path, shown.source, button] as const,
  );
}

/** The browser has no dialog "Save as", so files are downloaded. */
export async function withoutDialog({ page }: Visit): Promise<void> {
  await page.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }));
}

/** The report in an archive, as far as it is looked at. */
export interface ReadReport {
  readonly script: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly files: readonly {
    readonly name: string;
    readonly size: number;
    readonly sha256: string | null;
    readonly sidecars: readonly { readonly name: string; readonly sha256: string }[];
    readonly outcome: string;
    readonly sentence: string;
    readonly archived: string | null;
    readonly run: {
      readonly output: { readonly name: string; readonly size: number; readonly sha256: string } | null;
      readonly proofs: readonly { readonly code: string; readonly result: string }[];
    } | null;
  }[];
}

/** What is in an archive, as the system's own `unzip` unpacks it, after it found all checksums right. */
export function unzip(visit: Visit, bytes: Uint8Array): ReadonlyMap<string, Buffer> {
  const path = join(visit.folder, 'downloaded.zip');
  writeFileSync(path, bytes);
  execFileSync('unzip', ['-tq', path]);
  execFileSync('unzip', ['-q', '-o', path, '-d', join(visit.folder, 'unpacked')]);
  const names = execFileSync('unzip', ['-Z1', path], { encoding: 'utf8' }).trim().split('\n');
  return new Map(names.map((name) => [name, readFileSync(join(visit.folder, 'unpacked', name))]));
}

/** The report of an archive. */
export function reportIn(contents: ReadonlyMap<string, Buffer>): ReadReport {
  const bytes = contents.get('report.json');
  if (!bytes) throw new Error('There is no report');
  return JSON.parse(bytes.toString()) as ReadReport;
}
