// Stands in for the browser's dialog "Save as", which a test cannot press: what the page writes goes where the test says.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { Page } from 'playwright';

/** What the user does in the dialog, and what becomes of what is written then. */
export interface Answer {
  /** The name that is chosen; left out, the one that the page suggests. */
  readonly name?: string;
  /** The user closes the dialog, or the browser does not show it (the name of a DOMException). */
  readonly fails?: string;
  /** The browser does not let the page write to the file (the name of a DOMException). */
  readonly refuses?: string;
  /** The disk is full after so many bytes. */
  readonly fullAfter?: number;
  /** The disk is slow: after so many bytes it waits for `release`. */
  readonly waitsAfter?: number;
}

/** A file as it was saved. */
export interface SavedFile {
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

interface DialogWindow {
  onChoice(): Promise<void>;
  releaseDisk(): void;
}

/**
 * The next dialogs are answered so. The chosen file is one of the origin's own files, which the real API writes; as with a
 * real dialog it is there and empty as soon as it is chosen, and the page must have been clicked on.
 * @param onChoice is called when a file has been chosen
 */
export async function answerDialog(page: Page, answer: Answer = {}, onChoice?: () => void): Promise<void> {
  if (onChoice) await page.exposeFunction('onChoice', onChoice);
  await page.evaluate((given) => {
    let releaseDisk = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      releaseDisk = resolve;
    });
    const chooseFile = async (name: string): Promise<FileSystemFileHandle> => {
      const folder = await navigator.storage.getDirectory();
      const file = await folder.getFileHandle(name, { create: true });
      await (await file.createWritable()).close();
      return file;
    };
    const openFile = async (file: FileSystemFileHandle): Promise<WritableStream<Uint8Array<ArrayBuffer>>> => {
      if (given.refuses !== undefined) throw new DOMException('Not today', given.refuses);
      const disk = await file.createWritable();
      let written = 0;
      return new WritableStream({
        async write(chunk) {
          if (written >= (given.waitsAfter ?? Infinity)) await released;
          if (written >= (given.fullAfter ?? Infinity)) {
            await disk.abort();
            throw new DOMException('The disk is full', 'QuotaExceededError');
          }
          await disk.write(chunk);
          written += chunk.length;
        },
        close: () => disk.close(),
        abort: (reason) => disk.abort(reason),
      });
    };
    const showSaveFilePicker = async ({ suggestedName }: { suggestedName: string }): Promise<object> => {
      if (!navigator.userActivation.isActive) throw new DOMException('Nobody clicked', 'SecurityError');
      if (given.fails !== undefined) throw new DOMException('No file was chosen', given.fails);
      const file = await chooseFile(given.name ?? suggestedName);
      await (window as Partial<DialogWindow>).onChoice?.();
      const { name } = file;
      const remove = async (): Promise<void> => (await navigator.storage.getDirectory()).removeEntry(name);
      return { kind: 'file', name, getFile: () => file.getFile(), createWritable: () => openFile(file), remove };
    };
    Object.assign(window, { showSaveFilePicker, releaseDisk } satisfies Partial<DialogWindow> & {
      showSaveFilePicker: unknown;
    });
  }, answer);
}

/** The disk that waits goes on. */
export function releaseDisk(page: Page): Promise<void> {
  return page.evaluate(() => (window as unknown as DialogWindow).releaseDisk());
}

/** What is now in the files of the origin, by name. */
export function savedFiles(page: Page): Promise<Readonly<Record<string, SavedFile>>> {
  return page.evaluate(async () => {
    const files: Record<string, SavedFile> = {};
    for await (const handle of (await navigator.storage.getDirectory()).values()) {
      if (!(handle instanceof FileSystemFileHandle)) continue;
      const bytes = await (await handle.getFile()).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      const sha256 = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      files[handle.name] = { size: bytes.byteLength, sha256 };
    }
    return files;
  });
}

/** Bytes that are not zero, in base64, and where they begin. */
type Span = readonly [position: number, base64: string];

interface DiskWindow {
  putOnDisk(spans: readonly Span[]): Promise<void>;
  endOnDisk(size: number): Promise<void>;
}

/**
 * The user chooses a file of the disk. What the page writes to it is written there, with holes where all is zero, so that ten
 * gigabytes of a sparse file stay sparse.
 */
export async function chooseSparseFile(page: Page, path: string): Promise<void> {
  const file = openSync(path, 'w');
  await page.exposeFunction('putOnDisk', (spans: readonly Span[]) => {
    for (const [position, base64] of spans) writeSync(file, Buffer.from(base64, 'base64'), 0, null, position);
  });
  await page.exposeFunction('endOnDisk', (size: number) => {
    ftruncateSync(file, size);
    closeSync(file);
  });
  await page.evaluate(() => {
    const SPANS_AT_ONCE = 4096;
    const disk = window as unknown as DiskWindow;
    /** The parts of a chunk, at most 4 kB long, in which no word is zero, and what is less than a word. */
    function* fullParts(chunk: Uint8Array<ArrayBuffer>): Generator<readonly [start: number, end: number]> {
      const { buffer, byteOffset, length } = chunk.byteOffset % 4 === 0 ? chunk : chunk.slice();
      const words = new Int32Array(buffer, byteOffset, length >> 2);
      for (let at = 0; at < words.length; at++) {
        if (words[at] === 0) continue;
        const start = at;
        while (at < words.length && at < start + 1024 && words[at] !== 0) at++;
        yield [start * 4, at * 4];
        at--;
      }
      if (length % 4 > 0) yield [length - (length % 4), length];
    }
    const writable = (): WritableStream<Uint8Array<ArrayBuffer>> => {
      let position = 0;
      let spans: Span[] = [];
      const put = async (): Promise<void> => {
        await disk.putOnDisk(spans);
        spans = [];
      };
      return new WritableStream({
        async write(chunk) {
          for (const [start, end] of fullParts(chunk)) {
            spans.push([position + start, btoa(String.fromCharCode(...chunk.subarray(start, end)))]);
            if (spans.length >= SPANS_AT_ONCE) await put();
          }
          position += chunk.length;
        },
        async close() {
          await put();
          await disk.endOnDisk(position);
        },
      });
    };
    const chosen = { kind: 'file', name: 'chosen.db', createWritable: () => Promise.resolve(writable()) };
    Object.assign(window, { showSaveFilePicker: () => Promise.resolve(chosen) });
  });
}
