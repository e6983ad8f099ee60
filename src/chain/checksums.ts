// Which files of a chain have been changed since they were applied, by the checksums that tools keep of them.

import type { ChainMigration } from './migration';
import { atlasHashes, hasCarriageReturns, lineEndsOf, withoutLineEnds } from './hashedText';
import type { History } from './history';
import { hexOf, type AppliedMigration, type HistoryTool } from './historyEntry';
import { tellingOf } from './historyMatch';

/** The hash functions of the tools, over bytes. */
export interface Hashing {
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly sha384: (bytes: Uint8Array) => Uint8Array;
  /** Without a sign. */
  readonly crc32: (bytes: Uint8Array) => number;
}

/** What a file says against the checksum that is recorded for it. */
export interface Comparison {
  /** Null where it is what was applied. */
  readonly changed: 'text' | 'line endings' | null;
  /** What its tool does about it; null where there is nothing to say. */
  readonly sentence: string | null;
}

/** How a tool makes its checksum, and what it does where a file has another. */
interface Formula {
  readonly checksum: (bytes: Uint8Array, hashing: Hashing, recorded: string) => string;
  /** Whether it hashes a file as if all its lines ended in LF. */
  readonly readsAsLf?: boolean;
  readonly onText: string;
  readonly onLineEnds: string;
}

const FORMULAS: Partial<Record<HistoryTool, Formula>> = {
  // sqlx-core, migrate/migration.rs and migrate/migrator.rs
  sqlx: {
    checksum: (bytes, { sha384 }) => hexOf(sha384(bytes)),
    onText:
      'sqlx stops with an error (previously applied but has been modified) until the file is as it was. What it adds belongs into a new migration.',
    onLineEnds:
      'sqlx stops with an error all the same (previously applied but has been modified), until the line endings are as they were.',
  },
  // prisma-engines, schema-connector/checksum.rs; https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production
  Prisma: {
    checksum: (bytes, { sha256 }, recorded) => {
      // Its first versions left out the zero of a byte below 16.
      const isPadded = recorded.length === PRISMA_DIGITS;
      return isPadded ? hexOf(sha256(bytes)) : Array.from(sha256(bytes), (byte) => byte.toString(16)).join('');
    },
    onText:
      'Prisma asks to reset the database, with all its rows, in “migrate dev”; “migrate deploy” warns, and goes on with what is pending.',
    onLineEnds: 'Prisma takes it for unchanged.',
  },
  // flyway-core, internal/resolver/ChecksumCalculator: over lines without their ends, so that these never differ
  Flyway: {
    checksum: (bytes, { crc32 }) => String(crc32(withoutLineEnds(bytes)) | 0),
    onText:
      'Flyway refuses to migrate (checksum mismatch) until the file is as it was, or “flyway repair” has recorded the new checksum.',
    onLineEnds: '',
  },
  // drizzle-orm, migrator.ts, of which newer versions read CRLF as LF; sqlite-core/dialect.ts goes by times alone
  Drizzle: {
    checksum: (bytes, { sha256 }) => hexOf(sha256(bytes)),
    readsAsLf: true,
    onText: 'Drizzle does not look at that, and will not run it again.',
    onLineEnds: 'Drizzle does not look at that.',
  },
};

/** Hexadecimal digits of a SHA-256. */
const PRISMA_DIGITS = 64;
const LINE_ENDS = 'It differs from what was applied only in its line endings.';
const CHANGED = 'It was changed since it was applied.';

/**
 * Compares files with the checksums of their own entries. A file that has no checksum to compare with is left out.
 * @param files the bytes of the files by their paths, as the tool would read them
 * @example
 * // sqlx has recorded the SHA-384 of 1_people.sql; another line has been written into it since.
 * compareChecksums(migrations, histories, files, hashing).get('1_people.sql')?.changed; // 'text'
 */
export function compareChecksums(
  migrations: readonly ChainMigration[],
  histories: readonly History[],
  files: ReadonlyMap<string, Uint8Array>,
  hashing: Hashing,
): ReadonlyMap<string, Comparison> {
  const found = new Map<string, Comparison>();
  for (const index of tellingOf(migrations, histories)) {
    const { tool, applied } = index.history;
    const hasOwn = migrations.flatMap((migration) => {
      const entry = index.entriesOf(migration).at(-1);
      return entry?.ok && entry.checksum !== '' ? [{ migration, entry }] : [];
    });
    if (tool === 'Atlas') {
      for (const [path, comparison] of compareAtlas(hasOwn, files, hashing)) found.set(path, comparison);
      continue;
    }
    const formula = FORMULAS[tool];
    if (!formula) continue;
    for (const { migration, entry } of hasOwn) {
      const bytes = files.get(migration.path);
      // Of these Flyway hashes what its placeholders stand for.
      if (!bytes || (migration.repeatable && migration.text.includes('${'))) continue;
      found.set(migration.path, compareOne(formula, { bytes, entry, repeatable: migration.repeatable }, hashing));
    }
    if (tool === 'Drizzle') {
      const own = new Set(hasOwn.map(({ migration }) => migration));
      const others = migrations.filter((migration) => !own.has(migration));
      for (const [path, comparison] of findElsewhere(others, applied, { formula, files, hashing })) {
        found.set(path, comparison);
      }
    }
  }
  return found;
}

function compareOne(
  formula: Formula,
  of: { readonly bytes: Uint8Array; readonly entry: AppliedMigration; readonly repeatable: boolean },
  hashing: Hashing,
): Comparison {
  const recorded = of.entry.checksum;
  const isRecorded = (bytes: Uint8Array): boolean => formula.checksum(bytes, hashing, recorded) === recorded;
  if (isRecorded(of.bytes)) return { changed: null, sentence: null };
  const { lf, crlf } = lineEndsOf(of.bytes);
  if (isRecorded(lf)) {
    return formula.readsAsLf
      ? { changed: null, sentence: null }
      : { changed: 'line endings', sentence: `${LINE_ENDS} ${formula.onLineEnds}` };
  }
  if (isRecorded(crlf)) {
    // Of a file with both kinds of line ends not even Prisma makes what was recorded.
    const does = hasCarriageReturns(of.bytes) ? formula.onText : formula.onLineEnds;
    return { changed: 'line endings', sentence: `${LINE_ENDS} ${does}` };
  }
  const does = of.repeatable ? 'Flyway runs it again because of that. Tick it to run it here.' : formula.onText;
  return { changed: 'text', sentence: `${CHANGED} ${does}` };
}

/** Files without an entry of their own time whose text an entry of another time has: the journal was written anew. */
function findElsewhere(
  migrations: readonly ChainMigration[],
  applied: readonly AppliedMigration[],
  { formula, files, hashing }: { formula: Formula; files: ReadonlyMap<string, Uint8Array>; hashing: Hashing },
): readonly (readonly [path: string, comparison: Comparison])[] {
  const byHash = new Map(applied.map((entry) => [entry.checksum, entry]));
  return migrations.flatMap(({ path }) => {
    const bytes = files.get(path);
    if (!bytes) return [];
    const { lf, crlf } = lineEndsOf(bytes);
    const entry = [bytes, lf, crlf]
      .map((variant) => byHash.get(formula.checksum(variant, hashing, '')))
      .find((one) => one !== undefined);
    const sentence = `The hash of this file is recorded with another time, ${entry?.version}: it was applied then.`;
    return entry ? [[path, { changed: null, sentence }] as const] : [];
  });
}

/**
 * Atlas's hash of a file is made of all files before it as well, so only the first that differs is told. It goes through all of the
 * files of one folder; where they come from several it is not known which they are.
 */
function compareAtlas(
  hasOwn: readonly { readonly migration: ChainMigration; readonly entry: AppliedMigration }[],
  files: ReadonlyMap<string, Uint8Array>,
  { sha256 }: Hashing,
): readonly (readonly [path: string, comparison: Comparison])[] {
  // How it hashes the folders of other tools is not known here.
  if (hasOwn.some(({ migration: { tool } }) => tool !== 'atlas' && tool !== null)) return [];
  const asIs = atlasHashes(files, sha256);
  const withEnds = (kind: 'lf' | 'crlf'): ReadonlyMap<string, string> =>
    atlasHashes(new Map([...files].map(([path, bytes]) => [path, lineEndsOf(bytes)[kind]])), sha256);
  const compared: (readonly [string, Comparison])[] = [];
  for (const { migration, entry } of hasOwn) {
    const { path } = migration;
    const is = (hashes: ReadonlyMap<string, string>): boolean => hashes.get(path) === entry.checksum;
    if (!asIs.has(path)) continue;
    const changed = is(asIs) ? null : is(withEnds('lf')) || is(withEnds('crlf')) ? 'line endings' : 'text';
    const what =
      changed === 'text'
        ? 'Since it was applied, it or a file before it was changed, added or removed.'
        : 'It or a file before it differs from what was applied only in its line endings.';
    const does =
      'Atlas compares its files with atlas.sum alone, and runs no migration again that was applied as a whole.';
    compared.push([path, { changed, sentence: changed === null ? null : `${what} ${does}` }]);
    if (changed === 'text') break;
  }
  return compared;
}
