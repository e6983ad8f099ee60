// A tab on the built page for each visit. Usually all of them share a browser context and a renderer process, so that what the browser
// has compiled for one is there for the next; what a visit leaves behind is cleared when its tab is closed.
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { serveDist, sharedChromium } from './browser';

export interface TabOptions extends Pick<BrowserContextOptions, 'colorScheme' | 'viewport'> {
  /**
   * For what concerns more than the one page: another tab, a script that is there before each load, permissions. The browser context
   * is then the visit's own, and ends with it.
   */
  readonly ownContext?: BrowserContextOptions;
}

/** A tab that is still empty. */
export interface Tab {
  readonly page: Page;
  /** Where the built page is. */
  readonly address: string;
  /** Closes the tab, with all that the page kept. */
  close(): Promise<void>;
}

/** No service worker, unless it is asked for: it would fetch the whole build once more for each visit. */
const OF_EVERY_CONTEXT: BrowserContextOptions = { acceptDownloads: true, serviceWorkers: 'block' };

interface Home {
  readonly context: BrowserContext;
  readonly address: string;
  /** Empties the storage of the page's origin. */
  readonly clear: () => Promise<void>;
}

let home: Promise<Home> | undefined;

/** A context with a page that stays open, and so keeps compiled what the tabs need. It ends with the process. */
async function openHome(): Promise<Home> {
  const [browser, { address }] = await Promise.all([sharedChromium(), serveDist('/some/sub/path/')]);
  const context = await browser.newContext(OF_EVERY_CONTEXT);
  const page = await context.newPage();
  const forget = (): void => {
    home = undefined;
  };
  page.once('close', forget).once('crash', forget);
  await page.goto(address);
  const devtools = await context.newCDPSession(page);
  const { origin } = new URL(address);
  const clear = async (): Promise<void> => {
    await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  };
  return { context, address, clear };
}

/** Opens a tab on nothing yet. */
export async function openTab({ ownContext, ...look }: TabOptions = {}): Promise<Tab> {
  const { context: shared, address, clear } = await (home ??= openHome());
  if (ownContext) {
    const context = await shared.browser()?.newContext({ ...OF_EVERY_CONTEXT, ...look, ...ownContext });
    if (!context) throw new Error('The browser has gone');
    return { page: await context.newPage(), address, close: () => context.close() };
  }
  const page = await shared.newPage();
  if (look.viewport) await page.setViewportSize(look.viewport);
  if (look.colorScheme !== undefined) await page.emulateMedia({ colorScheme: look.colorScheme });
  const close = async (): Promise<void> => {
    await page.close();
    await clear();
  };
  return { page, address, close };
}
