// A database and its sidecars put together, as SQLite recovers them before anyone reads the database: a hot journal is rolled
// back, what the write-ahead log has committed is put in, and where pages are missing it is said.

import { sourceOfBytes, type ByteSource } from './byteSource';
import { cutShort, findInSize, findLogMissing, missingBytes, type Finding } from './finding';
import type { Header } from './header';
import { BYTES_TO_IDENTIFY, identify, type Refusal } from './identify';
import { LaidOut, layOut, type Layout } from './layout';

/** The files that may lie beside a database, as bytes or as the browser's files; null where one is not here. */
export interface Sidecars<File> {
  readonly log: File | null;
  readonly journal: File | null;
}

/** No file lies beside the database. */
export const NO_SIDECARS: Sidecars<never> = { log: null, journal: null };

/** A step on the way from the dropped file to the recovered one; its layout's sidecar is the one that is named. */
export interface Layer {
  readonly sidecar: 'journal' | 'log' | null;
  readonly layout: Layout;
}

/** What a sidecar does to a database. */
export interface SidecarStep {
  /** Null where the file stays as it is. */
  readonly layout: Layout | null;
  readonly findings: readonly Finding[];
}

/** Reads a sidecar: `rollBackJournal` and `joinLog`, handed in since few databases have any and their code is not small. */
export interface SidecarReaders {
  rollBackJournal(database: ByteSource, journal: ByteSource): SidecarStep;
  joinLog(database: ByteSource, log: ByteSource): SidecarStep;
}

/** A database, ready to be opened. */
export interface Recovered {
  readonly header: Header;
  /** The recovered file. */
  readonly source: ByteSource;
  /** What it is laid out from, in order: each layer's database is what the layers before it give, the first one's the file. */
  readonly layers: readonly Layer[];
  readonly findings: readonly Finding[];
}

/** A file of which less than this part is here, and more than this many bytes are missing, is not filled up with zeros. */
const PART_THAT_COUNTS = 1 / 4;
const FEW_BYTES = 64 << 20;

/**
 * Recovers a database. Reads both sidecars to their ends, and of the database its first bytes.
 * @param readers null where there is no sidecar
 * Gives a refusal where the outcome is no SQLite database.
 */
export function recover(
  database: ByteSource,
  sidecars: Sidecars<ByteSource>,
  readers: SidecarReaders | null,
): { readonly ok: true; readonly value: Recovered } | { readonly ok: false; readonly error: Refusal } {
  const layers: Layer[] = [];
  const findings: Finding[] = [];
  let source = database;
  const { journal, log } = sidecars;
  if (journal && readers) {
    const rolledBack = readers.rollBackJournal(source, journal);
    findings.push(...rolledBack.findings);
    source = lay(layers, 'journal', rolledBack.layout, source, journal);
  }
  if (log && readers) {
    const joined = readers.joinLog(source, log);
    findings.push(...joined.findings);
    source = lay(layers, 'log', joined.layout, source, log);
  }
  const identified = identify(source.read(0, Math.min(BYTES_TO_IDENTIFY, source.size)));
  if (!identified.ok) return identified;
  const header = identified.value;
  const missing = missingBytes(header, source.size);
  if (missing > 0 && (missing <= FEW_BYTES || source.size > missing * PART_THAT_COUNTS)) {
    findings.push(cutShort(header, source.size));
    const nothing = { pageSize: header.pageSize, pages: new Map<number, number>() };
    const layout = layOut({ ...nothing, databaseSize: source.size, size: source.size + missing });
    source = lay(layers, null, layout, source, sourceOfBytes(new Uint8Array(0)));
  }
  const alone = findLogMissing(header, log !== null);
  if (alone) findings.push(alone);
  // With a log the database has as many bytes as the log says; if its header says otherwise, that was found when they were joined.
  if (!layers.some(({ sidecar }) => sidecar === 'log')) findings.push(...findInSize(header, source.size));
  return { ok: true, value: { header, source, layers, findings } };
}

function lay(
  layers: Layer[],
  sidecar: Layer['sidecar'],
  layout: Layout | null,
  database: ByteSource,
  bytes: ByteSource,
): ByteSource {
  if (!layout) return database;
  layers.push({ sidecar, layout });
  return new LaidOut(layout, database, bytes);
}
