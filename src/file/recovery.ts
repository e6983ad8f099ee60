// A database and its sidecars put together, as SQLite recovers them before anyone reads the database: a hot journal is rolled
// back, what the write-ahead log has committed is put in, and where pages are missing it is said.

import { sourceOfBytes, type ByteSource } from './byteSource';
import { count } from './figure';
import { cutShort, findInHeader, missingBytes, type Finding } from './finding';
import type { Header } from './header';
import { BYTES_TO_IDENTIFY, identify, type Refusal } from './identify';
import { layOutRollback, readJournal } from './journal';
import { LaidOut, layOut, type Layout } from './layout';
import { readWal, type Ignored, type Wal, type WalProblem } from './wal';
import { layOutWal } from './walJoin';

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
 * Gives a refusal where the outcome is no SQLite database.
 */
export function recover(
  database: ByteSource,
  sidecars: Sidecars<ByteSource>,
): { readonly ok: true; readonly value: Recovered } | { readonly ok: false; readonly error: Refusal } {
  const layers: Layer[] = [];
  const findings: Finding[] = [];
  let source = database;
  const { journal, log } = sidecars;
  if (journal) {
    const rolledBack = rollBackJournal(source, journal);
    findings.push(...rolledBack.findings);
    source = lay(layers, 'journal', rolledBack.layout, source, journal);
  }
  if (log) {
    const joined = joinLog(source, log);
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
  findings.push(...findInHeader(header, source.size, log !== null));
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

interface Step {
  /** Null where the file stays as it is. */
  readonly layout: Layout | null;
  readonly findings: readonly Finding[];
}

function rollBackJournal(database: ByteSource, bytes: ByteSource): Step {
  const journal = readJournal(bytes, database);
  if (!journal.ok) {
    const { code, sentence, help } = journal.error;
    const finished = code === 'empty-journal' || code === 'finished';
    const consent = finished ? null : 'Go on without what the -journal file may hold';
    return {
      layout: null,
      findings: [{ code: 'journal-not-used', severity: finished ? 'note' : 'warn', sentence, help, consent }],
    };
  }
  const { pages, superJournal } = journal.value;
  const layout = layOutRollback(journal.value, database);
  const findings: Finding[] = [
    {
      code: 'journal-rolled-back',
      severity: 'note',
      sentence: `The -journal file is hot: the program that wrote the database was stopped in the middle of a transaction. It was rolled back here as SQLite does it, and ${count(pages.size, 'page')} of the file read as before it.`,
      help: 'Your two files are unchanged. The result does not need the journal.',
      consent: null,
    },
  ];
  if (superJournal !== null) {
    findings.push({
      code: 'super-journal',
      severity: 'warn',
      sentence: `The transaction in the -journal file was one over several databases. SQLite rolls it back only as long as the file ${superJournal} is there.`,
      help: 'Look for that file on the machine that the database is from. If it is gone, the transaction was committed: drop the database without its -journal.',
      consent: 'That file is still there, so the transaction is to be rolled back',
    });
  }
  if (layout.segments.some(({ from }) => from === 'zeros')) findings.push(zeroPages('-journal'));
  return { layout, findings };
}

function joinLog(database: ByteSource, bytes: ByteSource): Step {
  const wal = readWal(bytes);
  if (!wal.ok) return withoutLog(wal.error);
  const joined = layOutWal(wal.value, bytes, database);
  if (!joined.ok) return withoutLog(joined.error);
  const notes = joined.value.notes.map(({ code, sentence, help }): Finding => ({
    code,
    severity: 'bad',
    sentence,
    help,
    consent: code === 'log-is-older' ? 'The two files belong together' : 'Go on without the pages that are missing',
  }));
  return {
    layout: wal.value.committedFrames === 0 ? null : joined.value.layout,
    findings: [describeLog(wal.value, bytes.size), ...notes],
  };
}

function withoutLog({ sentence, help }: WalProblem): Step {
  const consent = 'Go on without what is in the -wal file';
  return { layout: null, findings: [{ code: 'log-not-used', severity: 'bad', sentence, help, consent }] };
}

function describeLog({ committedFrames, transactions, pages, ignored }: Wal, size: number): Finding {
  const nothing =
    size === 0
      ? 'The -wal file is empty: everything is in the database itself.'
      : 'The -wal file has no committed transaction that is not in the database itself.';
  const sentence =
    committedFrames === 0
      ? nothing
      : `The -wal file was read along: ${count(transactions, 'transaction')} in it, with ${count(pages.size, 'page')}, ${transactions === 1 ? 'is' : 'are'} part of what you see.`;
  return {
    code: 'log-joined',
    severity: 'note',
    sentence: [sentence, ...ignored.flatMap(describeIgnored)].join(' '),
    help:
      committedFrames === 0
        ? ''
        : 'The result has them in the database file itself: it needs no -wal file, and an old one must not lie beside it.',
    consent: null,
  };
}

/** What SQLite passes over in silence. Frames of an earlier round are in the database since the checkpoint before this one. */
function describeIgnored({ why, frames, bytes }: Ignored): readonly string[] {
  if (why === 'stale salt') return [];
  const what = frames > 0 ? count(frames, 'frame') : count(bytes, 'byte');
  if (why === 'not committed')
    return [`Its last ${what} belong to a transaction that was never committed, and do not count.`];
  const because = why === 'torn' ? 'the log ends inside a frame' : 'they are not what was once written';
  return [`The last ${what} cannot be used, since ${because}; SQLite does not use them either.`];
}

function zeroPages(sidecar: string): Finding {
  return {
    code: 'zero-pages',
    severity: 'bad',
    sentence: `The database file is cut short: some of its pages are neither in it nor in its ${sidecar} file. SQLite puts zeros in their place.`,
    help: 'Copy both files again, at the same time and best while no program uses them.',
    consent: 'Go on without the pages that are missing',
  };
}
