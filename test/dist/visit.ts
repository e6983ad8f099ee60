// A visit to the built page: a tab of its own, what a user does in it, and what it shows; whatever goes wrong is noted.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Locator, Page } from 'playwright';
import { afterEach, expect, vi } from 'vitest';
import { openTab, type Tab, type TabOptions } from './tab';

/** A file of the user. */
export interface UserFile {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/** One statement as the page shows it. */
export interface ShownStatement {
  readonly ordinal: number;
  readonly verdict: string;
  readonly drift: boolean;
}

/** One proof as the page shows it. */
export interface ShownProof {
  readonly code: string;
  readonly result: string;
  readonly text: string;
}

type State = 'empty' | 'inspecting' | 'ready' | 'running' | 'done' | 'refused';

/** One tab on the built page. */
export class Visit {
  /** Addresses of all requests, those of the engine's worker too. */
  readonly requests: string[] = [];
  /** Errors of the console, uncaught exceptions and requests that were not answered well. */
  readonly troubles: string[] = [];
  readonly run: Locator;
  readonly cancel: Locator;
  readonly download: Locator;
  /** Where the user's files lie. */
  readonly folder = mkdtempSync(join(tmpdir(), 'drydock-visit-'));

  constructor(readonly page: Page) {
    this.run = page.getByRole('button', { name: 'Run migration' });
    this.cancel = page.getByRole('button', { name: 'Cancel' });
    this.download = page.getByRole('button', { name: 'Download upgraded database' });
    page.on('console', (message) => {
      if (message.type() === 'error') this.troubles.push(message.text());
    });
    page.on('pageerror', (error) => this.troubles.push(error.message));
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('requestfailed', (request) => {
      // The page itself ends a worker that is not wanted any more, also while its scripts are being loaded.
      const reason = request.failure()?.errorText ?? '';
      const isGivenUp = reason === 'net::ERR_ABORTED' && /\/assets\/[\w.-]+\.js$/.test(request.url());
      if (!isGivenUp) this.troubles.push(`failed: ${request.url()} ${reason}`);
    });
    page.on('response', (response) => {
      if (!response.ok()) this.troubles.push(`${response.status()} ${response.url()}`);
    });
  }

  /** Puts files on the disk of the user. */
  save(files: readonly UserFile[]): readonly string[] {
    return files.map(({ name, content }) => {
      const path = join(this.folder, name);
      writeFileSync(path, content);
      return path;
    });
  }

  /**
   * Drags files in from outside the browser, and drops them at the edge of the window. In its middle, what lies below them may be
   * drawn anew between two of these events, and Chromium then makes a leave of the drop; a hand that moves sends more of them.
   */
  async drop(...files: readonly UserFile[]): Promise<void> {
    const paths = this.save(files);
    const devtools = await this.page.context().newCDPSession(this.page);
    await dispatchDrag(devtools, 'dragEnter', paths);
    await dispatchDrag(devtools, 'dragOver', paths);
    await this.page.getByText('Drop it here', { exact: true }).waitFor();
    await dispatchDrag(devtools, 'drop', paths);
    await devtools.detach();
  }

  /** Chooses files in the dialog of the page's file input. */
  async pick(...files: readonly UserFile[]): Promise<void> {
    await this.page.getByLabel('Open a SQLite file').setInputFiles([...this.save(files)]);
  }

  /** Chooses a script of the user's own in the dialog. */
  async useScript(script: UserFile): Promise<void> {
    await this.page.getByLabel('Choose .sql files …').setInputFiles([...this.save([script])]);
  }

  /** Opens the menu of the script. */
  async openScripts(): Promise<void> {
    await this.page.locator('[data-script]').click();
  }

  /** Presses the button of a sample. */
  async openSample(id: string): Promise<void> {
    await this.page.locator(`[data-sample=${id}]`).click();
  }

  /** Waits until the page is in a state. */
  async reach(state: State): Promise<void> {
    await this.page.locator(`main[data-state=${state}]`).waitFor();
  }

  /** The state that the page is in. */
  state(): Promise<string | null> {
    return this.page.locator('main').getAttribute('data-state');
  }

  /** From here on nothing is run before it is asked for, as on a machine with one processor: so all of a run is to be seen. */
  async rehearseNothing(): Promise<void> {
    await this.page.evaluate(haveOneProcessor);
  }

  /** Presses "Run migration" and waits for the end. */
  async runToTheEnd(): Promise<void> {
    await this.run.click();
    await this.reach('done');
  }

  /** Waits until all checks that are made unasked have come to their end. */
  async checked(): Promise<void> {
    const unfinished = this.page.locator('[data-check-state=waiting], [data-check-state=running]');
    await unfinished.first().waitFor({ state: 'detached' });
  }

  /** Waits until a plan that is being made anew is there. */
  async replanned(): Promise<void> {
    await this.page.getByText('Planning …').waitFor({ state: 'detached' });
  }

  statement(ordinal: number): Locator {
    return this.page.locator(`[data-statement="${ordinal}"]`);
  }

  statements(): Promise<readonly ShownStatement[]> {
    return this.page.locator('[data-statement]').evaluateAll((all) =>
      all.map((element) => ({
        ordinal: Number(element.getAttribute('data-statement')),
        verdict: element.getAttribute('data-verdict') ?? '',
        drift: element.hasAttribute('data-drift'),
      })),
    );
  }

  async proofs(): Promise<readonly ShownProof[]> {
    await this.showFigures();
    return this.page.locator('[data-proof]').evaluateAll((all) =>
      all.map((element) => ({
        code: element.getAttribute('data-proof') ?? '',
        result: element.getAttribute('data-result') ?? '',
        text: element.textContent.replace(/\s+/g, ' ').trim(),
      })),
    );
  }

  /** Opens the figures of all proofs: they are drawn only then. */
  async showFigures(): Promise<void> {
    const fold = this.page.locator('[data-passed-checks][aria-expanded=false]');
    if ((await fold.count()) > 0) await fold.click();
    const figures = this.page.locator('[data-proof] details');
    await figures.evaluateAll((all) => all.forEach((element) => element.setAttribute('open', '')));
    for (const list of await figures.all()) await list.locator('ul').waitFor();
  }

  /** What the page says of the file, by the code of the fact. */
  async facts(): Promise<Readonly<Record<string, string>>> {
    await this.page.locator('[data-fact][aria-busy=true]').waitFor({ state: 'detached' });
    const pairs = await this.page
      .locator('[data-fact]')
      .evaluateAll((all) =>
        all.map(
          (element) =>
            [element.getAttribute('data-fact') ?? '', element.querySelector('dd')?.textContent.trim() ?? ''] as const,
        ),
      );
    return Object.fromEntries(pairs);
  }

  /** Does what starts a download; gives the file that the user then has. */
  async downloadBy(act: () => Promise<void>): Promise<{ readonly name: string; readonly bytes: Buffer }> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), act()]);
    const bytes = readFileSync(await download.path());
    await download.delete();
    return { name: download.suggestedFilename(), bytes };
  }

  /** Presses a button that downloads a file. */
  downloadWith(button: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
    return this.downloadBy(() => this.page.getByRole('button', { name: button }).click());
  }

  /** Whether something is wider than the window. */
  scrollsSideways(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  }
}

function dispatchDrag(
  devtools: CDPSession,
  type: 'dragEnter' | 'dragOver' | 'drop',
  files: readonly string[],
): Promise<unknown> {
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  return devtools.send('Input.dispatchDragEvent', { type, x: 3, y: 3, data });
}

/** In the page: what the browser then says of the machine. */
function haveOneProcessor(): void {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });
}

/** For `receiveVisits`, where a rehearsal would only take time: nothing is run before it is asked for, from the beginning. */
export async function rehearseNothing(page: Page): Promise<void> {
  await page.addInitScript(haveOneProcessor);
}

/** How many verdicts of each kind there are. */
export function countShown(statements: readonly ShownStatement[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { verdict } of statements) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

/**
 * Gives a file of tests its visits. Each ends with its test, which fails where the console had an error or a request left the page's own
 * folder.
 */
export function receiveVisits(prepare?: (page: Page) => Promise<void>): (options?: TabOptions) => Promise<Visit> {
  const open: { readonly visit: Visit; readonly tab: Tab }[] = [];
  vi.setConfig({ testTimeout: 40_000, hookTimeout: 30_000 });

  afterEach(async () => {
    const troubles = open.flatMap(({ visit }) => visit.troubles);
    const elsewhere = open.flatMap(({ visit, tab }) =>
      visit.requests.filter((url) => !url.startsWith(tab.address) && !url.startsWith('blob:')),
    );
    for (const { visit, tab } of open.splice(0)) {
      await tab.close();
      rmSync(visit.folder, { recursive: true });
    }
    expect(troubles).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  return async (options) => {
    const tab = await openTab(options);
    const { page, address } = tab;
    page.setDefaultTimeout(20_000);
    const visit = new Visit(page);
    open.push({ visit, tab });
    await prepare?.(page);
    await page.goto(address);
    await page.locator('[data-sample]').first().waitFor();
    return visit;
  };
}
