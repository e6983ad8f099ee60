// A visit to the page in Firefox, which is driven by WebDriver BiDi: what a user does, what she has then, and what goes wrong.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  /** Clicks on something as soon as that is possible. */
  async click(selector: string): Promise<void> {
    await this.page.locator(selector).click();
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

  /** Clicks on a button and waits for the file that the user then has. */
  async download(button: string, ending: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
    const downloads = join(this.folder, 'downloads');
    const before = new Set(readdirSync(downloads));
    await this.click(`button ::-p-text(${button})`);
    const name = await vi.waitUntil(
      () => readdirSync(downloads).find((each) => !before.has(each) && each.endsWith(ending)),
      { timeout: 20_000 },
    );
    // Firefox writes beside it, and moves what is whole.
    await vi.waitUntil(
      () => !existsSync(join(downloads, `${name}.part`)) && readFileSync(join(downloads, name)).length > 0,
      {
        timeout: 20_000,
      },
    );
    return { name, bytes: readFileSync(join(downloads, name)) };
  }
}
