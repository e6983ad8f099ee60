// A visit to the page in Firefox, which is driven by WebDriver BiDi: what a user does, what she has then, and what goes wrong.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { vi } from 'vitest';
import type { UserFile } from './visit';

/** One tab of a Firefox of its own. */
export class FirefoxVisit {
  /** Errors of the console, uncaught exceptions, breaches of the policy and requests that came to nothing. */
  readonly troubles: string[] = [];
  /** The addresses that were asked for. */
  readonly requests: string[] = [];

  private constructor(
    readonly page: Page,
    readonly browser: Browser,
    /** Where the user's files lie; her downloads lie in a folder below. */
    readonly folder: string,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.troubles.push(message.text());
    });
    page.on('pageerror', (error) => this.troubles.push(error instanceof Error ? error.message : String(error)));
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('requestfailed', (request) => this.troubles.push(`failed: ${request.url()}`));
  }

  /** Starts a Firefox. Whoever asked for it closes it. */
  static async start(executablePath: string): Promise<FirefoxVisit> {
    const folder = mkdtempSync(join(tmpdir(), 'drydock-firefox-'));
    const downloads = join(folder, 'downloads');
    mkdirSync(downloads);
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      extraPrefsFirefox: {
        'browser.download.dir': downloads,
        'browser.download.folderList': 2,
        'browser.download.useDownloadDir': true,
      },
    });
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await page.setViewport({ width: 1280, height: 900 });
    await page.evaluateOnNewDocument(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`breach of the policy: ${violatedDirective} ${blockedURI}`),
      );
    });
    return new FirefoxVisit(page, browser, folder);
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Puts a file on the disk of the user. */
  save({ name, content }: UserFile): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Chooses files in the dialog of the file input that has a label. */
  async pick(label: string, ...files: readonly UserFile[]): Promise<void> {
    const input = await this.page.waitForFunction(
      (text) =>
        [...document.querySelectorAll('label')].find((each) => each.textContent.includes(text))?.querySelector('input'),
      {},
      label,
    );
    await (input as ElementHandle<HTMLInputElement>).uploadFile(...files.map((file) => this.save(file)));
  }

  /** Waits until something is to be seen. */
  async see(selector: string): Promise<void> {
    await this.page.waitForSelector(selector, { visible: true });
  }

  /**
   * Clicks on something as soon as it can be seen and nothing lies over it. Looking and clicking are one step in the page: a click
   * at a place would miss what moves away meanwhile.
   */
  async click(selector: string): Promise<void> {
    for (let isClicked = false; !isClicked;) {
      const element = (await this.page.locator(selector).waitHandle()) as ElementHandle<HTMLElement>;
      const outcome = await this.page.waitForFunction(
        (each: HTMLElement) => {
          if (!each.isConnected) return 'gone';
          if (each.matches(':disabled')) return null;
          each.scrollIntoView({ block: 'center', behavior: 'instant' });
          const { x, y, width, height } = each.getBoundingClientRect();
          if (!each.contains(document.elementFromPoint(x + width / 2, y + height / 2))) return null;
          each.focus();
          each.click();
          return 'clicked';
        },
        {},
        element,
      );
      isClicked = (await outcome.jsonValue()) === 'clicked';
    }
  }

  /** Types in the place of what stands in the editor that has the focus. */
  async write(text: string): Promise<void> {
    const { keyboard } = this.page;
    await keyboard.down('Control');
    await keyboard.press('a');
    await keyboard.up('Control');
    await keyboard.type(text);
  }

  /** Opens a view and waits for what it shows. */
  async open(view: string, shown: string): Promise<void> {
    await this.click(`nav [data-view=${view}]`);
    await this.see(shown);
  }

  /** How many there are. */
  async count(selector: string): Promise<number> {
    return (await this.page.$$(selector)).length;
  }

  /** Clicks on a button and waits for the file of this name that the user then has; one that she had before is put away. */
  async download(button: string, name: string): Promise<Buffer> {
    const path = join(this.folder, 'downloads', name);
    rmSync(path, { force: true });
    await this.click(`button ::-p-text(${button})`);
    // Firefox keeps the name by an empty file, writes beside it under another name, and moves what is whole.
    await vi.waitUntil(() => existsSync(path) && !existsSync(`${path}.part`) && statSync(path).size > 0, {
      timeout: 30_000,
    });
    return readFileSync(path);
  }
}
