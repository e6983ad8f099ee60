// Checks the result of a run: opens its bytes anew beside the file as it was dropped, and makes one check (`Proof`) after the other.

import type { Outcome } from '../database';
import type { Refusal } from '../file/identify';
import { NO_SIDECARS } from '../file/recovery';
import { Evidence, type OnCheck } from '../migration/proofs/evidence';
import type { Proof, ProofCode } from '../migration/proofs/proof';
import { proveCutShort } from '../migration/proofs/schemaProofs';
import { makeProof, proveSoundBefore, type ProofTools } from '../migration/proofs/makeProof';
import { findForeignPageAhead } from '../migration/proofs/pageProof';
import { readSchema } from '../schema/read';
import type { Schema } from '../schema/schema';
import type { ParsedStatement } from '../script/parsedStatement';
import { splitScript } from '../script/split';
import type { OnProgress, ProvableRun } from './answers';
import { atInstant } from './instant';
import type { OpenedFile } from './openedFile';
import { recoverFile, type Connected } from './openedFile';
import { readerAhead } from './pages/blob';
import type { Overlay } from './pages/overlay';

/** Tells of a check by its own steps, and of the pages that SQLite reads in between. */
class CheckProgress {
  readonly #onProgress: OnProgress;
  readonly #pagesRead = new Map<Overlay, number>();
  #step = { label: '', done: 0, total: 0 };

  constructor(onProgress: OnProgress) {
    this.#onProgress = onProgress;
  }

  readonly onCheck: OnCheck = (label, done, total) => {
    this.#step = { label, done, total };
    this.#tell();
  };

  readonly onWork = (overlay: Overlay): void => {
    this.#pagesRead.set(overlay, overlay.pagesRead);
    this.#tell();
  };

  #tell(): void {
    const pagesRead = [...this.#pagesRead.values()].reduce((sum, pages) => sum + pages, 0);
    this.#onProgress({ stage: 'check', ...this.#step, pagesRead });
  }
}

/** The check of a file before anything ran on it. */
export function proveSound(file: OpenedFile, thoroughness: ProofTools['thoroughness'], onProgress: OnProgress): Proof {
  const progress = new CheckProgress(onProgress);
  const { onCheck } = progress;
  const proof = file.using(
    ({ database }) => proveSoundBefore(database, readSchema(database), file, { thoroughness, onCheck }),
    progress.onWork,
  );
  return file.missingBytes === 0 ? proof : proveCutShort(proof, file.missingBytes);
}

/** What is recovered lies in several files: a sentence on a page or a value from before the run must not name one of them. */
function namingSidecars(proof: Proof): Proof {
  if (proof.code !== 'pages' && proof.code !== 'content') return proof;
  const sentence = proof.sentence.replace(
    /\b(of|in) your file\b/g,
    '$1 your file, as it was recovered with what lay beside it',
  );
  return { ...proof, sentence };
}

/** A result that is open to be checked. It keeps what it has read, so that no check reads the same thing twice. */
export class Prover {
  /** The result. */
  readonly opened: OpenedFile;
  readonly #evidence: Evidence;
  readonly #before: OpenedFile;
  readonly #connections: readonly Connected[];
  #progress: CheckProgress | null = null;

  private constructor(
    before: OpenedFile,
    result: OpenedFile,
    run: ProvableRun,
    statements: readonly ParsedStatement[],
  ) {
    this.opened = result;
    this.#before = before;
    const onWork = (overlay: Overlay): void => this.#progress?.onWork(overlay);
    const connections = [before.connect(onWork), result.connect(onWork)] as const;
    this.#connections = connections;
    this.#evidence = new Evidence({
      before: connections[0].database,
      result: connections[1].database,
      input: before.source,
      output: result.source,
      header: before.header,
      statements,
      ...run,
      specified: JSON.parse(run.specified) as Schema,
      atInstant: (work) => atInstant(Date.parse(run.startedAt), work),
    });
  }

  /** Opens the result of a run beside the file that it was made of; a refusal where it is no database. */
  static over(before: OpenedFile, run: ProvableRun, cacheBytes: number): Outcome<Prover, Refusal> {
    const split = splitScript(run.script);
    if (!split.ok) throw new Error(split.refusal.sentence);
    const recovered = recoverFile(run.file, { sidecars: NO_SIDECARS, readers: null }, cacheBytes);
    if (!recovered.ok) return recovered;
    const result = before.resultOf(recovered.value.recovery);
    return { ok: true, value: new Prover(before, result, run, split.statements) };
  }

  /** Takes the rows of tables of the input from somebody who has counted them. */
  knowRows(rows: readonly (readonly [table: string, rows: number])[]): void {
    this.#evidence.knowRows(rows);
  }

  /** Makes one check. */
  async prove(
    code: ProofCode,
    tools: Pick<ProofTools, 'hasher' | 'thoroughness'>,
    onProgress: OnProgress,
  ): Promise<Proof> {
    const { onCheck } = (this.#progress = new CheckProgress(onProgress));
    const compares = code === 'pages' && tools.thoroughness === 'full';
    const compared = compares ? { foreignPage: await this.#findForeignPage(onCheck) } : {};
    const proof = makeProof(code, this.#evidence, { ...tools, ...compared, onCheck });
    return this.#before.isPlain ? proof : namingSidecars(proof);
  }

  #findForeignPage(onCheck: OnCheck): Promise<number | null> {
    const { whole } = this.#before;
    const onPages = (done: number, total: number): void => onCheck('comparing pages', done, total);
    const { pages } = this.#evidence.aftermath;
    const input = { size: whole.size, read: readerAhead(whole) };
    return findForeignPageAhead(input, readerAhead(this.opened.file), pages, onPages);
  }

  /** Gives back what it holds. */
  close(): void {
    for (const { database } of this.#connections) database.close();
  }
}
