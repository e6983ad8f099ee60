// The very moment that the page shows something, or hears of a statement: what a test has happen then comes before anything
// else can.
import type { Page, Worker as RunningWorker } from 'playwright';
import type { Progress } from '../../src/engine/answers';
import type { AnswerMessage } from '../../src/engine/worker/message';

/** Something that the page shows. */
export interface Moment {
  readonly selector: string;
  /** What the element's text begins with; any text if it is left out. */
  readonly text?: string;
}

/** The moment that a worker tells of a statement that it begins, whether or not the page comes to show it. */
export function beginning(statement: number): Moment {
  return { selector: `[data-begun="${statement}"]` };
}

/** The names of the page's workers: one plans and runs, the other one checks. */
export type WorkerName = 'runs' | 'checks';

type Act = readonly ['kill', WorkerName, times: number] | readonly ['press', string];

interface WatchedWindow {
  actAt(moment: Moment, act: Act): void;
}

/** The reason that a killed worker is said to have died of. */
export const CAUSE_OF_DEATH = 'killed by a test';

/** To be called before the page is loaded, so that its workers are known. */
export async function watch(page: Page): Promise<void> {
  await page.addInitScript((cause) => {
    const living = new Map<string | undefined, Worker>();
    const lookouts = new Set<() => void>();
    window.Worker = class extends Worker {
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options);
        living.set(options?.name, this);
        // A new worker for what is shown already: nothing on the page changes.
        queueMicrotask(() => lookouts.forEach((look) => look()));
        this.addEventListener('message', ({ data }: MessageEvent<Partial<AnswerMessage>>) => {
          const told = data.kind === 'report' ? (data.value as Progress) : null;
          if (told?.stage === 'statements') document.documentElement.dataset.begun = String(told.ordinal);
        });
      }
    };
    const killed = new Set<Worker>();
    const actions = {
      kill(name: string): void {
        const worker = living.get(name);
        if (!worker || killed.has(worker)) return;
        killed.add(worker);
        // What is under way in it ends at once, and the page hears of it as it hears of a worker that broke.
        worker.terminate();
        worker.dispatchEvent(new ErrorEvent('error', { message: cause, cancelable: true }));
      },
      press(name: string): void {
        [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name)?.click();
      },
    };
    const actAt = ({ selector, text = '' }: Moment, [action, name, times = 1]: Act): void => {
      const before = killed.size;
      const look = (): void => {
        const shown = [...document.querySelectorAll(selector)];
        if (!shown.some((element) => element.textContent.trim().startsWith(text))) return;
        actions[action](name);
        if (action === 'kill' && killed.size < before + times) return;
        observer.disconnect();
        lookouts.delete(look);
      };
      const observer = new MutationObserver(look);
      lookouts.add(look);
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    };
    Object.assign(window, { actAt } satisfies WatchedWindow);
  }, CAUSE_OF_DEATH);
}

/**
 * Has a worker killed as soon as the page shows something new, before the page hears anything more of the worker. Settles
 * when that is prepared. The page has to be watched.
 * @param times how many workers of the name are killed there, one after another
 */
export function killAt(page: Page, moment: Moment, name: WorkerName, times = 1): Promise<void> {
  return actAt(page, moment, ['kill', name, times]);
}

/** Has a button pressed, by its whole text, as soon as the page shows something new. The page has to be watched. */
export function pressAt(page: Page, moment: Moment, button: string): Promise<void> {
  return actAt(page, moment, ['press', button]);
}

function actAt(page: Page, moment: Moment, act: Act): Promise<void> {
  return page.evaluate(([when, what]) => (window as unknown as WatchedWindow).actAt(when, what), [
    moment,
    act,
  ] as const);
}

/** The worker of a name that was started last. */
export async function workerNamed(page: Page, name: WorkerName): Promise<RunningWorker> {
  for (const worker of page.workers().reverse()) {
    if ((await worker.evaluate(() => self.name)) === name) return worker;
  }
  throw new Error(`No worker is named ${name}`);
}
