// The page as one HTML file, opened from the disk of a user, away from the project: it needs nothing beside it.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContext } from 'playwright';
import { watchPolicy } from './session';
import { Visit } from './visit';

/** The file that `npm run build:single` writes, or the one that the environment variable DRYDOCK_SINGLE names. */
export const singleFile = resolve(
  process.env.DRYDOCK_SINGLE ?? fileURLToPath(new URL('../../dist-single/sqlite-drydock.html', import.meta.url)),
);
if (!existsSync(singleFile)) throw new Error(`${singleFile} is not there: \`npm run build:single\` makes it.`);

/** A visit to the single file; `close` ends it. */
export interface SingleVisit {
  readonly visit: Visit;
  readonly context: BrowserContext;
  /** The address of the file. */
  readonly address: string;
  close(): Promise<void>;
}

/** Opens the single file from a folder of its own, in a tab of its own. */
export async function visitSingleFile(browser: Browser): Promise<SingleVisit> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-single-'));
  const path = join(folder, 'upgrade databases.html');
  copyFileSync(singleFile, path);
  const context = await browser.newContext({ acceptDownloads: true });
  await watchPolicy(context);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const visit = new Visit(page);
  const address = pathToFileURL(path).href;
  await page.goto(address);
  const close = async (): Promise<void> => {
    await context.close();
    for (const each of [folder, visit.folder]) rmSync(each, { recursive: true });
  };
  return { visit, context, address, close };
}
