// The methods by which the page checks the open file and the result of a run on it, and hashes them.

import type { Outcome } from '../../database';
import type { Refusal } from '../../file/identify';
import type { Thoroughness } from '../../migration/proofs/agenda';
import type { Proof, ProofCode } from '../../migration/proofs/proof';
import type { OnProgress, ProvableRun } from '../answers';
import { sourceOfBlob } from '../pages/blob';
import type { OpenedFile } from '../openedFile';
import type { Prover } from '../prover';
import { NotOpened, readable, readableLater } from '../unreadable';
import type { Reading } from '../pages/readCache';
import type { FileOfWorker } from './fileOfWorker';
import { loadChecking, type hashersOnce } from './lateParts';

/** How checks read the dropped file, and the result; those that are not named read once what they read. */
const READING: Readonly<Record<'input' | 'result', Readonly<Partial<Record<ProofCode, Reading>>>>> = {
  input: { 'integrity-before': 'whole', 'written-values': 'whole', 'row-counts': 'again' },
  result: { 'integrity-after': 'whole', 'integrity-reopened': 'whole' },
};

/** Part of the engine's methods, and what forgets the result: it stands on the file that is open. */
export function makeResultApi(file: FileOfWorker, loadHashersOnce: ReturnType<typeof hashersOnce>) {
  let prover: Prover | null = null;
  /** Why the result that was to be opened last is not. */
  let refused: Refusal | null = null;

  function mustBeOpen(): Prover {
    if (refused) throw new NotOpened(refused);
    if (!prover) throw new Error('No result is open in this engine');
    return prover;
  }

  function forget(): void {
    prover?.close();
    prover = null;
    refused = null;
  }

  const methods = {
    /** Opens the result of a run on the open file beside it, so that it can be proved. */
    async openResult(run: ProvableRun): Promise<Outcome<null, Refusal>> {
      const loaded = await loadChecking();
      if (!loaded.ok) return loaded;
      const { Prover, splitScript } = loaded.value;
      forget();
      const split = splitScript(run.script);
      const ready = await file.openFor(split.ok ? split.statements : [], run.choices);
      const outcome = readable((): Outcome<null, Refusal> => {
        if (!ready.ok) return ready;
        const made = Prover.over(ready.value.open, run, file.kept.here(run.file.size));
        if (!made.ok) return made;
        prover = made.value;
        return { ok: true, value: null };
      });
      if (!outcome.ok) refused = outcome.error;
      return outcome;
    },

    /**
     * Makes one proof of the result that is open; `integrity-before` needs no result.
     * @param rows of tables of the open file, as far as they have been counted: they are not counted for this proof
     */
    async prove(
      code: ProofCode,
      thoroughness: Exclude<Thoroughness, 'none'>,
      onProgress: OnProgress,
      rows: readonly (readonly [table: string, rows: number])[] = [],
    ): Promise<Outcome<Proof, Refusal>> {
      const [hashers, checking] = await Promise.all([loadHashersOnce(), loadChecking()]);
      if (!hashers.ok) return hashers;
      if (!checking.ok) return checking;
      const { content } = hashers.value;
      const { proveSound } = checking.value;
      const found = readable((): Outcome<{ open: OpenedFile; result: Prover | null }, never> => {
        return { ok: true, value: { open: file.open, result: code === 'integrity-before' ? null : mustBeOpen() } };
      });
      if (!found.ok) return found;
      const { open, result } = found.value;
      await file.keepForCheck(open, READING.input[code] ?? 'once');
      // Of a result that is checked sparingly, what the run wrote is read.
      const reading = READING.result[code] ?? 'once';
      if (result) {
        const isOfMade = code === 'integrity-after' && thoroughness === 'sparing';
        await file.keepForCheck(result.opened, isOfMade ? 'again' : reading);
      }
      return readableLater(async (): Promise<Outcome<Proof, never>> => {
        const tools = { hasher: content, thoroughness };
        result?.knowRows(rows);
        const made = result ? result.prove(code, tools, onProgress) : proveSound(open, thoroughness, onProgress);
        return { ok: true, value: await made };
      });
    },

    /** SHA-256 of the open file or of the result, in hexadecimal. */
    async hash(of: 'input' | 'result', onProgress: OnProgress): Promise<Outcome<string, Refusal>> {
      const [loaded, checking] = await Promise.all([loadHashersOnce(), loadChecking()]);
      if (!loaded.ok) return loaded;
      if (!checking.ok) return checking;
      const { file: sha256 } = loaded.value;
      const found = readable((): Outcome<{ open: OpenedFile; result: OpenedFile | undefined }, never> => {
        return { ok: true, value: { open: file.open, result: (of === 'result' ? mustBeOpen() : prover)?.opened } };
      });
      if (!found.ok) return found;
      const { open, result = open } = found.value;
      const { file: blob, isPlain, source } = of === 'input' ? open : result;
      const label = of === 'input' ? 'SHA-256 of your file' : 'SHA-256 of the result';
      onProgress({ stage: 'check', label, done: 0, total: blob.size, pagesRead: 0 });
      // Hashes come last: what was kept for the checks before them is of no more use.
      for (const one of [open, result]) one.giveBack();
      // The file as it lies on the disk, whatever was recovered from its sidecars.
      const hasRoom = file.kept.here(blob.size) >= blob.size;
      const { hashAtOnce, hashInPieces } = checking.value;
      const atOnce = hasRoom ? await hashAtOnce(blob) : null;
      if (atOnce !== null) return { ok: true, value: atOnce };
      const bytes = isPlain ? source : sourceOfBlob(blob);
      const onBytes = (done: number): void =>
        onProgress({ stage: 'check', label, done, total: bytes.size, pagesRead: 0 });
      return readable(() => ({ ok: true, value: hashInPieces(sha256, bytes, onBytes) }));
    },
  };
  return { methods, forget };
}
