// Asks axe-core (https://github.com/dequelabs/axe-core) what keeps people from using a page.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  /** The rules that the page keeps. */
  readonly passes: readonly object[];
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** All that axe finds on the page as it is now, a line for each place; empty where there is nothing. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(source);
  const { violations, passes } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  if (passes.length === 0) throw new Error('axe looked at nothing');
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
  );
}
