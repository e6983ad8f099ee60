// The built page in WebKit, Safari's engine: databases are upgraded, checked and offered for download, however soon "Run" is pressed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findWebKit } from '../../scripts/webkit.mjs';
import { migrationFile, nativeDatabase } from '../databases';
import { serveDist, type ServedPage } from '../dist/browser';
import { WebKitWindow } from './webKit';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const webKit = findWebKit();
const folder = mkdtempSync(join(tmpdir(), 'drydock-webkit-'));
const spine = save('spine.db', nativeDatabase(migrationFile('samples/otc-base.sql')));
const people = save(
  'people.db',
  nativeDatabase("CREATE TABLE people(name); INSERT INTO people VALUES ('Ann'), ('Bo');"),
);
const city = save(
  'city.sql',
  'ALTER TABLE people ADD COLUMN city; CREATE INDEX IF NOT EXISTS by_name ON people(name);',
);
const notes = save(
  'notes.db',
  nativeDatabase("CREATE VIRTUAL TABLE note USING fts5(body); INSERT INTO note VALUES ('blue plum'), ('green pear');"),
);
const place = save('place.sql', 'CREATE VIRTUAL TABLE IF NOT EXISTS place USING rtree(id, x0, x1);');

const RUN = '[data-key=run]';
const READY = 'main[data-state=ready]';
/** The plan of the script for people.db, and of no other. */
const READY_OF_PEOPLE = `${READY}:has([data-statement="2"]):not(:has([data-statement="3"]))`;
const CHECKED =
  'main[data-state=done]:not(:has([data-check-state=waiting])):not(:has([data-check-state=running])) [data-proof]';

function save(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Lets go of files over the page. WebDriver knows no files that come from outside, so an input of the test's own gives them. */
async function drop(window: WebKitWindow, ...paths: readonly string[]): Promise<void> {
  await window.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { id: 'of-the-test', type: 'file', multiple: true });
    document.body.append(input);
  });
  await window.choose('#of-the-test', paths);
  await window.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('#of-the-test');
    const dataTransfer = new DataTransfer();
    for (const file of input?.files ?? []) dataTransfer.items.add(file);
    input?.remove();
    for (const type of ['dragenter', 'dragover', 'drop'])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  });
}

/** Has "Run migration" pressed so many milliseconds after something is there. */
async function runAfter(window: WebKitWindow, wanted: string, milliseconds: number): Promise<void> {
  await window.evaluate(
    (run, plan, after) => {
      const look = (): void => {
        const button = document.querySelector<HTMLButtonElement>(run);
        if (document.querySelector(plan) === null || button === null || button.disabled) return;
        observer.disconnect();
        setTimeout(() => button.click(), after);
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, attributes: true });
      look();
    },
    RUN,
    wanted,
    milliseconds,
  );
}

/** Waits for the end of all automatic checks; expects each to be made, and to have found nothing. */
async function expectChecked(window: WebKitWindow): Promise<void> {
  await window.shows(`${CHECKED}, [data-problem=engine-stopped]`);
  const { problems, states, results, downloads } = await window.evaluate(() => {
    const all = (name: string): readonly string[] =>
      [...document.querySelectorAll(`[${name}]`)].map((element) => element.getAttribute(name) ?? '');
    return {
      problems: [...document.querySelectorAll('[data-problem]')].map(({ textContent }) => textContent.trim()),
      states: all('data-check-state'),
      results: all('data-result'),
      downloads: [...document.querySelectorAll('button')].filter(
        ({ textContent, disabled }) => textContent.trim() === 'Download upgraded database' && !disabled,
      ).length,
    };
  });
  expect(problems).toEqual([]);
  expect([...new Set(states)]).toEqual(['made']);
  expect(results.length).toBeGreaterThan(5);
  expect([...new Set(results)]).toEqual(['pass']);
  expect(downloads).toBe(1);
}

describe.skipIf(webKit === null)(
  webKit === null ? 'WebKit, which is NOT here: nothing is tested in it' : 'In WebKit',
  () => {
    let served: ServedPage;
    let window: WebKitWindow;

    beforeAll(async () => {
      served = await serveDist('/some/sub/path/');
    });

    beforeEach(async () => {
      if (webKit) window = await WebKitWindow.open(webKit);
      await window.load(served.address);
      await window.shows('[data-sample]');
    });

    afterEach(() => window.close());

    afterAll(async () => {
      await served.close();
      rmSync(folder, { recursive: true });
    });

    it('a database that is chosen is planned, upgraded, checked and offered for download', async () => {
      await window.choose('input[type=file]', [spine]);
      await window.shows(READY);
      expect(await window.evaluate(() => document.querySelectorAll('[data-statement]').length)).toBe(53);
      await window.click(RUN);
      await expectChecked(window);
    });

    it('a database that is dropped is, and after it another one with a script', async () => {
      await drop(window, spine);
      await window.shows(READY);
      await drop(window, people, city);
      await window.shows(READY_OF_PEOPLE);
      expect(await window.evaluate(() => document.querySelector('#file-name')?.textContent)).toBe('people.db');
      await window.click(RUN);
      await expectChecked(window);
    });

    it('one with full-text tables is, by the second engine', async () => {
      await drop(window, notes, place);
      await window.shows(`${READY}:has([data-statement="1"]):not(:has([data-statement="2"]))`);
      const engine = await window.evaluate(() => document.querySelector('[data-fact=engine]')?.textContent ?? '');
      expect(engine).toContain('sqlite-wasm, for the module fts5');
      await window.click(RUN);
      await expectChecked(window);
    });

    describe.each(['the first file', 'a second file'])('every check of %s is made', (which) => {
      it.each([0, 100, 300, 600, 1000])('where “Run” is pressed %i ms after its plan', async (milliseconds) => {
        if (which === 'a second file') {
          await drop(window, spine);
          await window.shows(`${READY} [data-statement="53"]`);
        }
        await drop(window, people, city);
        await runAfter(window, READY_OF_PEOPLE, milliseconds);
        await expectChecked(window);
      });
    });
  },
);
