// A whole session on the page: every view, with what each can do; and the breaches of the content security policy meanwhile.
import type { BrowserContext } from 'playwright';
import type { Visit } from './visit';

type View = 'schema' | 'diagram' | 'data' | 'query' | 'checks';

/** A file that the page gave. */
type Downloaded = Awaited<ReturnType<Visit['downloadWith']>>;

/**
 * From the next load on, the page's console has an error for each breach of its content security policy; its visit notes that as
 * a trouble. Those of a worker are in the console by themselves.
 */
export async function watchPolicy(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, sample }) =>
      console.error(`breach of the policy: ${violatedDirective} ${blockedURI} ${sourceFile} ${sample}`),
    );
  });
}

/** Opens a view and waits until it is there. */
export async function openView(visit: Visit, view: View | 'work'): Promise<void> {
  await visit.page.locator(`nav [data-view=${view}]`).click();
  if (view === 'work') return;
  const panel = visit.page.locator(`[data-panel=${view}]`);
  await panel.waitFor();
  await panel.locator('[data-loading]').waitFor({ state: 'detached' });
  if ((await visit.page.locator('[data-problem=view-not-loaded]').count()) > 0) throw new Error(`No view ${view}`);
}

/**
 * Looks at a database, whose plan is there, in every view, and comes back to the work.
 * @param query that gives at least one row
 * @returns what was saved on the way
 */
export async function lookEverywhere(visit: Visit, query: string): Promise<Readonly<Record<string, Downloaded>>> {
  const { page } = visit;
  await openView(visit, 'schema');
  await page.locator('[data-panel=schema] [data-shown]').waitFor();
  for (const mode of ['before', 'after', 'changes']) {
    const button = page.locator(`[data-mode=${mode}]`);
    if (await button.isEnabled()) await button.click();
  }

  await openView(visit, 'diagram');
  await page.locator('[data-entity]').first().waitFor();
  await page.getByRole('button', { name: 'Larger' }).click();
  // It is there only where there is a relation.
  for (const list of await page.getByText('Relations as a list').all()) await list.click();
  const svg = await visit.downloadWith('Save SVG');
  const png = await visit.downloadWith('Save PNG');

  await openView(visit, 'data');
  const panel = page.locator('[data-panel=data]');
  await panel.getByRole('gridcell').first().click();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  const csv = await visit.downloadBy(() => panel.getByRole('button', { name: 'CSV' }).click());
  const json = await visit.downloadBy(() => panel.getByRole('button', { name: 'JSON' }).click());

  await openView(visit, 'query');
  await page.locator('[data-panel=query] [data-editor=full]').waitFor();
  await page.getByRole('textbox', { name: 'SQL to run' }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('SELECT 1 FROM sq');
  await page.locator('.cm-tooltip-autocomplete').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(query);
  await page.keyboard.press('ControlOrMeta+Enter');
  const result = page.getByRole('region', { name: 'Result 1' });
  await result.getByRole('gridcell').first().waitFor();
  const queried = await visit.downloadBy(() => result.getByRole('button', { name: 'CSV' }).click());

  // Only a migration of the catalog has some.
  if ((await page.locator('nav [data-view=checks]').count()) > 0) {
    await openView(visit, 'checks');
    await page.locator('[data-datacheck]').first().waitFor();
  }
  await openView(visit, 'work');
  return { svg, png, csv, json, queried };
}
