// The whole page, mounted: a sample from the first press of a button to the proofs, by the handles that stay the same.
import { mount, unmount } from 'svelte';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { PROOF_CODES } from '../../src/migration/proofs/proof';
import App from '../../src/ui/app/App.svelte';
import { Workbench } from '../../src/ui/state/workbench.svelte';
import { databaseOf, NO_ROOM, scriptOf, tableOf } from './databases';
import { clientThatDiesAt } from './mortalClient';
import '../../src/ui/theme.css';

let app: ReturnType<typeof mount> | undefined;

beforeAll(() => {
  const base = document.createElement('base');
  base.href = '/';
  document.head.append(base);
});

afterEach(async () => {
  if (app) await unmount(app);
});

/** Waits for an element. */
function find<Found extends HTMLElement>(selector: string): Promise<Found> {
  return vi.waitUntil(() => document.querySelector<Found>(selector), { timeout: 20_000, interval: 10 });
}

function button(name: string): HTMLButtonElement | undefined {
  return [...document.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === name);
}

it('A sample is opened, planned, run and proved', { timeout: 60_000 }, async () => {
  app = mount(App, { target: document.body });
  expect(document.querySelector('main')?.dataset.state).toBe('empty');
  expect(document.querySelector('input[type=file]')?.closest('label')?.textContent).toContain('Open a SQLite file');

  (await find('[data-sample=half]')).click();
  await find('main[data-state=ready]');
  const planned = document.querySelectorAll<HTMLElement>('[data-statement]');
  expect(planned).toHaveLength(53);
  expect(document.querySelectorAll('[data-drift]').length).toBe(4);
  expect(button('Download upgraded database')).toBeUndefined();

  button('Run migration')?.click();
  await find('main[data-state=running]');
  expect(button('Cancel')).toBeDefined();
  await find('main[data-state=done]');

  const proofs = [...document.querySelectorAll<HTMLElement>('[data-proof]')];
  expect(proofs.map(({ dataset }) => [dataset.proof, dataset.result])).toEqual(
    PROOF_CODES.map((code) => [code, 'pass']),
  );
  expect(button('Download upgraded database')).toBeDefined();
  expect(button('Download report')).toBeDefined();
});

it('Where the engine stops while what was applied is read, that is to be seen, and “Plan again” plans', async () => {
  const { client, die } = clientThatDiesAt('histories');
  const workbench = new Workbench(client, undefined, NO_ROOM);
  app = mount(App, { target: document.body, props: { workbench } });
  const chain = [scriptOf('CREATE TABLE one(a);', '1_one.sql'), scriptOf('CREATE TABLE two(a);', '2_two.sql')];
  const taken = workbench.take([...chain, await databaseOf(tableOf(1))]);
  await vi.waitUntil(() => workbench.inspection !== null, { timeout: 20_000, interval: 2 });
  die();
  await taken;

  const again = await vi.waitUntil(() => button('Plan again'), { timeout: 20_000, interval: 10 });
  await vi.waitUntil(() => again.checkVisibility({ visibilityProperty: true }), { timeout: 5_000, interval: 10 });
  again.click();
  await find('[data-statement="2"]');
  client.cancel();
});
