// Visits to the built page with a file of gigabytes, each of which has to leave the file alone and take little memory.
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Worker } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { peakMemoryOfChromium } from '../../bench/memory.mjs';
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs';
import { serveDist, type ServedPage } from './browser';
import { fingerprint, makeLargeSample } from './migratedFile';
import { watch } from './moment';
import type { SparseDatabase } from './sparseDatabase';
import { Visit } from './visit';

/** The most that the renderer may ever hold with a file of 10 GB, unless a test allows more. */
const RENDERER_BYTES = 600e6;
/** Chromium's browser process keeps the written pages of a result. */
const BROWSER_BYTES = 600e6;

/** The proofs that are made unasked of so large a file, in their order. */
const PROVED_UNASKED = [
  'pages',
  'row-counts',
  'content',
  'schema-as-specified',
  'views-and-triggers',
  'settings',
  'sequences',
  'second-run',
];

/** What tests with large files share. */
export interface LargeVisits {
  /** Where sparse files lie; it goes when the tests have ended. */
  readonly folder: string;
  /** The populated sample with recordings of a billion bytes each. Made before the first test. */
  readonly large: () => SparseDatabase;
  /** Opens the page in a tab of its own, watched. */
  open(): Promise<Visit>;
  /** Raises the bound for what the renderer holds until the test has ended. */
  allowRenderer(bytes: number): void;
}

/**
 * Gives a file of tests a database of so many gigabytes and a Chromium. Every visit ends with its test, which fails where the console had
 * an error, a request left the page's own folder, the database has been touched, or a process of Chromium held too much.
 */
export function receiveLargeVisits(gigabytes = 10): LargeVisits {
  const folder = mkdtempSync(join(placeForSparseFiles(), 'drydock-large-'));
  // What is downloaded is not sparse.
  const browserFolder = mkdtempSync(join(tmpdir(), 'drydock-browser-'));
  const profile = join(browserFolder, 'profile');
  const visits: Visit[] = [];
  let context: BrowserContext;
  let served: ServedPage;
  let large: SparseDatabase;
  let untouched: string;
  let allowedBytes = RENDERER_BYTES;
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

  beforeAll(async () => {
    large = makeLargeSample(join(folder, 'spine.db'), { rows: gigabytes, bytes: 999_999_900 });
    untouched = fingerprint(large);
    const executablePath = findChromium();
    if (executablePath === null) throw new Error('No Chromium was found: `node scripts/setup.mjs test` gets one.');
    const options = { executablePath, args: chromiumArguments, downloadsPath: join(browserFolder, 'downloads') };
    // With a profile, as a user has it: in a private window Chromium keeps Blobs in memory.
    [context, served] = await Promise.all([chromium.launchPersistentContext(profile, options), serveDist()]);
  });

  afterEach(async () => {
    const peak = peakMemoryOfChromium(profile);
    const troubles = visits.flatMap((visit) => visit.troubles);
    const requests = visits.flatMap((visit) => visit.requests);
    const allowed = allowedBytes;
    allowedBytes = RENDERER_BYTES;
    for (const visit of visits.splice(0)) {
      await visit.page.close();
      rmSync(visit.folder, { recursive: true });
    }
    expect(troubles).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(served.address) && !url.startsWith('blob:'))).toEqual([]);
    expect(fingerprint(large)).toBe(untouched);
    // Only Linux tells how much memory a process held.
    if (process.platform === 'linux') expect(peak).not.toBe(null);
    expect(peak?.renderer ?? 0).toBeLessThan(allowed);
    expect(peak?.browser ?? 0).toBeLessThan(BROWSER_BYTES);
  });

  afterAll(async () => {
    await context.close();
    await served.close();
    for (const path of [folder, browserFolder]) rmSync(path, { recursive: true });
  });

  return {
    folder,
    large: () => large,
    async open() {
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const visit = new Visit(page);
      visits.push(visit);
      await watch(page);
      await page.goto(served.address);
      await page.locator('[data-sample]').first().waitFor();
      return visit;
    },
    allowRenderer(bytes) {
      allowedBytes = bytes;
    },
  };
}

/**
 * A file of 10 GB is 150,000 blocks far apart, 0.6 GB in all, and so is what is saved of it. A disk that is told of each block
 * that becomes free (mounted with `discard`) takes minutes to forget them; so memory is used where there is a file system in it.
 */
function placeForSparseFiles(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 3e9 ? memory : tmpdir();
}

/** Chooses files in the page's dialog, by where they lie on the disk. */
export function take(visit: Visit, ...paths: readonly string[]): Promise<void> {
  return visit.page.getByLabel('Open a SQLite file').setInputFiles([...paths]);
}

/** Runs in a worker: from now on it counts the bytes that it reads of files. */
export function countReads(): void {
  const counts = { bytesRead: 0 };
  self.FileReaderSync = class extends FileReaderSync {
    override readAsArrayBuffer(blob: Blob): ArrayBuffer {
      counts.bytesRead += blob.size;
      return super.readAsArrayBuffer(blob);
    }
  };
  Object.assign(self, { counts });
}

/** How many bytes a worker that counts them has read. */
export function readBy(worker: Worker): Promise<number> {
  return worker.evaluate(
    () => (self as unknown as { readonly counts: { readonly bytesRead: number } }).counts.bytesRead,
  );
}

/** Waits until the page has run the migration; expects it to have the result, with nothing against it. */
export async function expectUpgraded(visit: Visit): Promise<void> {
  await visit.reach('done');
  const proofs = await visit.proofs();
  expect(proofs.filter(({ result }) => result !== 'pass')).toEqual([]);
  expect(proofs.map(({ code }) => code)).toEqual(PROVED_UNASKED);
  expect(await visit.download.count()).toBe(1);
}
