// What the sidecars of a database do to it, as SQLite does it before anyone reads the database: a hot journal is rolled back,
// what the write-ahead log has committed is put in.

import type { ByteSource } from './byteSource';
import { counted } from '../words';
import type { Finding } from './finding';
import { layOutRollback, readJournal } from './journal';
import { readWal, type Ignored, type Wal, type WalProblem } from './wal';
import { layOutWal, type PairNote } from './walJoin';
import type { SidecarStep } from './recovery';

/** Rolls a database back to what its journal has; a journal that SQLite does not use changes nothing. */
export function rollBackJournal(database: ByteSource, bytes: ByteSource): SidecarStep {
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
  const { pages, superJournal, originalPages, pageSize } = journal.value;
  const layout = layOutRollback(journal.value, database);
  const zeros = layout.segments.reduce((sum, { from, start, end }) => (from === 'zeros' ? sum + end - start : sum), 0);
  if (zeros > MANY_ZEROS && zeros > database.size) return impossibleJournal(originalPages, pageSize, database.size);
  const findings: Finding[] = [
    {
      code: 'journal-rolled-back',
      severity: 'note',
      sentence: `The -journal file is hot: the program that wrote the database was stopped in the middle of a transaction. It was rolled back here as SQLite does it, and ${counted(pages.size, 'page')} of the file read as before it.`,
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
  if (zeros > 0) findings.push(zeroPages('-journal'));
  return { layout, findings };
}

/** Where neither file has this many bytes, and more than the database has, the journal's header is damaged for certain. */
const MANY_ZEROS = 64 << 20;

function impossibleJournal(pages: number, pageSize: number, size: number): SidecarStep {
  return {
    layout: null,
    findings: [
      {
        code: 'journal-not-used',
        severity: 'bad',
        sentence: `The header of the -journal file is damaged: by it the database had ${counted(pages * pageSize, 'byte')} before its last transaction, and it has ${counted(size, 'byte')}. SQLite would fill it up with zeros.`,
        help: 'Copy both files again, at the same time and best while no program uses them.',
        consent: 'Go on without what the -journal file may hold',
      },
    ],
  };
}

/** Joins a database with its log; a log that SQLite does not use, or would call damaged, changes nothing. */
export function joinLog(database: ByteSource, bytes: ByteSource): SidecarStep {
  const wal = readWal(bytes);
  if (!wal.ok) return withoutLog(wal.error);
  const joined = layOutWal(wal.value, bytes, database);
  if (!joined.ok) return withoutLog(joined.error);
  const { layout, notes } = joined.value;
  const ruinous = notes.some((note) => note.ruinous);
  const findings = notes.map(({ code, sentence, help }): Finding => {
    const consent = ruinous ? WITHOUT_LOG : CONSENTS[code];
    return { code, severity: 'bad', sentence, help, consent };
  });
  if (ruinous) return { layout: null, findings };
  return {
    layout: wal.value.committedFrames === 0 ? null : layout,
    findings: [describeLog(wal.value, bytes.size), ...findings],
  };
}

const WITHOUT_LOG = 'Go on without what is in the -wal file';
const CONSENTS: Readonly<Record<PairNote['code'], string>> = {
  'log-is-older': 'The two files belong together',
  'log-unexpected': 'The two files belong together',
  'zero-pages': 'Go on without the pages that are missing',
};

function withoutLog({ sentence, help }: WalProblem): SidecarStep {
  const consent = WITHOUT_LOG;
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
      : `The -wal file was read along: ${counted(transactions, 'transaction')} in it, with ${counted(pages.size, 'page')}, ${transactions === 1 ? 'is' : 'are'} part of what you see.`;
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
  const what = frames > 0 ? counted(frames, 'frame') : counted(bytes, 'byte');
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
