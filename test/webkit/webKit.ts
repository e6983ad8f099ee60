// A WebKit without a screen, driven by WebDriver (https://www.w3.org/TR/webdriver2/): an X server, the driver and its browser.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { WebKit } from '../../scripts/webkit.mjs';

/** How WebDriver writes an element, here and there. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
/** A statement takes several times as long in this build as in Chromium. */
const PATIENCE_MILLISECONDS = 120_000;

/** One window of a WebKit. */
export class WebKitWindow {
  readonly #session: string;
  readonly #processes: readonly ChildProcess[];

  private constructor(session: string, processes: readonly ChildProcess[]) {
    this.#session = session;
    this.#processes = processes;
  }

  /** Starts all that it takes; whoever asked for it closes it. */
  static async open({ driver, browser, display }: WebKit): Promise<WebKitWindow> {
    const server = spawn(display, ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const [number] = (await once(server.stdio[3] as Readable, 'data')) as [Buffer];
    const port = await freePort();
    const driving = spawn(driver, [`--port=${port}`], {
      stdio: 'ignore',
      env: {
        ...process.env,
        DISPLAY: `:${number.toString().trim()}`,
        // There is no GPU, and as root no sandbox.
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
        ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
      },
    });
    const processes = [driving, server];
    try {
      const address = `http://127.0.0.1:${port}`;
      await answers(`${address}/status`, driving);
      const alwaysMatch = { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } };
      const { sessionId } = (await send('POST', `${address}/session`, { capabilities: { alwaysMatch } })) as {
        readonly sessionId: string;
      };
      const window = new WebKitWindow(`${address}/session/${sessionId}`, processes);
      await window.#post('timeouts', { script: PATIENCE_MILLISECONDS, pageLoad: PATIENCE_MILLISECONDS });
      return window;
    } catch (error) {
      for (const each of processes) each.kill();
      throw error;
    }
  }

  /** Loads a page. */
  async load(address: string): Promise<void> {
    await this.#post('url', { url: address });
  }

  /** What a function gives in the page, in which it knows nothing but its arguments. */
  async evaluate<Given extends readonly unknown[], Result>(
    act: (...given: Given) => Result | Promise<Result>,
    ...given: Given
  ): Promise<Result> {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve((${act.toString()})(...[...arguments].slice(0, -1)))
        .then((value) => done({ value: value ?? null }), (error) => done({ error: String(error) }));`;
    const outcome = (await this.#post('execute/async', { script, args: given })) as { value?: Result; error?: string };
    if (outcome.error !== undefined) throw new Error(outcome.error);
    return outcome.value as Result;
  }

  /** Waits until the page has an element. */
  async shows(selector: string): Promise<void> {
    await this.evaluate(
      (wanted) =>
        new Promise<void>((resolve) => {
          const look = (): void => {
            if (document.querySelector(wanted) === null) return;
            observer.disconnect();
            resolve();
          };
          const observer = new MutationObserver(look);
          observer.observe(document, { subtree: true, childList: true, attributes: true });
          look();
        }),
      selector,
    );
  }

  /** Clicks an element as a user would. */
  async click(selector: string): Promise<void> {
    await this.#post(`element/${await this.#find(selector)}/click`, {});
  }

  /** Chooses files in the dialog of a file input. */
  async choose(selector: string, paths: readonly string[]): Promise<void> {
    await this.#post(`element/${await this.#find(selector)}/value`, { text: paths.join('\n') });
  }

  /** Ends the browser and all that was started for it. */
  async close(): Promise<void> {
    await send('DELETE', this.#session);
    for (const each of this.#processes) {
      each.kill();
      if (each.exitCode === null && each.signalCode === null) await once(each, 'exit');
    }
  }

  async #find(selector: string): Promise<string> {
    const found = (await this.#post('element', { using: 'css selector', value: selector })) as Record<string, string>;
    const id = found[ELEMENT];
    if (id === undefined) throw new Error(`There is no ${selector}`);
    return id;
  }

  #post(path: string, body: object): Promise<unknown> {
    return send('POST', `${this.#session}/${path}`, body);
  }
}

/** Sends a command; gives its value, and throws what the driver says is wrong. */
async function send(method: 'POST' | 'DELETE', address: string, body?: object): Promise<unknown> {
  const response = await fetch(address, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
  });
  const { value } = (await response.json()) as { readonly value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { readonly error: string; readonly message: string };
  throw new Error(`${error}: ${message}`);
}

/** Waits until a server that was just started answers. */
async function answers(address: string, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    try {
      if ((await fetch(address)).ok) return;
    } catch {
      // It does not listen yet.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error('The driver of WebKit has ended');
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
