// Finds the entries of a tool's table that are of a file of a chain. Both may be thousands, so entries are kept by what they are looked up by.

import type { ChainMigration } from './migration';
import type { History } from './history';
import type { AppliedMigration, HistoryTool } from './historyEntry';
import { canonicalVersion, compareVersions, isVersion, SQL_FILE } from './migrationName';
import { plainColumnsOf } from './plainHistory';
import type { ChainTool } from './tool';

/** By what entries are compared with files, and which folders a table may be of: null in it stands for files that are only numbered. */
interface Rule {
  readonly by: 'version' | 'name' | 'time' | 'version or name' | 'version or title';
  /** All, where nothing is said. */
  readonly folders?: readonly (ChainTool | null)[];
}

const RULES: Readonly<Record<HistoryTool, Rule | null>> = {
  // Other tools have this table too, with the same column and numbers in it.
  dbmate: { by: 'version', folders: ['dbmate', 'golang-migrate', null] },
  Rails: { by: 'version', folders: ['dbmate', null] },
  'golang-migrate': { by: 'version', folders: ['golang-migrate', null] },
  goose: { by: 'version', folders: ['goose', null] },
  Flyway: { by: 'version or title', folders: ['flyway'] },
  refinery: { by: 'version', folders: ['flyway'] },
  Prisma: { by: 'name', folders: ['prisma'] },
  Drizzle: { by: 'time', folders: ['drizzle'] },
  // It reads the folders of others too.
  Atlas: { by: 'version', folders: ['atlas', 'golang-migrate', 'goose', 'dbmate', 'flyway', null] },
  sqlx: { by: 'version', folders: ['golang-migrate', null] },
  'sql-migrate': { by: 'name', folders: ['sql-migrate'] },
  Diesel: { by: 'version', folders: ['diesel'] },
  SQLDelight: { by: 'version', folders: ['sqldelight'] },
  GRDB: { by: 'name' },
  Knex: { by: 'name' },
  plain: { by: 'version or name' },
  // Their migrations are programs, and no files of SQL.
  Alembic: null,
  Django: null,
  Room: null,
};

/** The entries of one table, to be asked for those of a file. */
export class HistoryIndex {
  readonly #rule: Rule | null;
  readonly #byVersion = new Map<string, AppliedMigration[]>();
  readonly #byName = new Map<string, AppliedMigration[]>();
  /** Of the entries that stand for all before them, the one of the highest version. */
  #upTo: AppliedMigration | null = null;

  constructor(readonly history: History) {
    this.#rule = RULES[history.tool];
    for (const entry of history.applied) {
      const { version, name } = entry;
      if (isVersion(version)) {
        add(this.#byVersion, canonicalVersion(version), entry);
        if (entry.upTo && (!this.#upTo || compareVersions(this.#upTo.version, version) <= 0)) this.#upTo = entry;
      }
      const called = name === '' ? version : name;
      add(this.#byName, this.#rule?.by === 'version or title' ? folded(called) : called, entry);
    }
  }

  /**
   * Whether the table tells anything of a chain: it is of a tool that has such folders, and, where it goes by names alone, there is
   * none in it yet or one of them is a file's. A table full of other names is about other migrations.
   */
  isTelling(migrations: readonly ChainMigration[]): boolean {
    const rule = this.#rule;
    if (!rule || !migrations.some(({ tool }) => rule.folders?.includes(tool) ?? true)) return false;
    const goesByNumbers = rule.by !== 'name' && (rule.by !== 'version or name' || this.#byVersion.size > 0);
    // A folder of Prisma's is known by itself.
    if (this.history.applied.length === 0 || goesByNumbers || this.history.tool === 'Prisma') return true;
    return migrations.some((migration) => this.#named(migration).length > 0);
  }

  /** Whether there would be an entry for a migration if it had been applied; else the sentence on why that is not known. */
  tellsOf(migration: ChainMigration): true | string {
    const { version, repeatable, when } = migration;
    const { table, applied, columns } = this.history;
    const numbered = isVersion(version) || `Its name has no number, so ${table} does not tell whether it was applied.`;
    switch (this.#rule?.by) {
      case 'version':
        return numbered === true ? (this.#otherText(migration) ?? true) : numbered;
      case 'version or title':
        return repeatable || numbered;
      case 'time':
        return when !== null || `It has no time of Drizzle’s, so ${table} does not tell whether it was applied.`;
      case 'version or name': {
        const [only] = applied;
        if (!only || plainColumnsOf(columns)?.name != null) return true;
        if (numbered !== true) return numbered;
        const isBefore = applied.length === 1 && isVersion(only.version) && compareVersions(version, only.version) < 0;
        if (!isBefore) return true;
        return `${table} has only version ${only.version}: whether that stands for all before it is not known.`;
      }
      case 'name':
      case undefined:
        return true;
    }
  }

  /** The entries of a migration itself, in the order in which they were recorded. */
  entriesOf(migration: ChainMigration): readonly AppliedMigration[] {
    const { version, repeatable, title, when } = migration;
    const numbered = isVersion(version) ? (this.#byVersion.get(canonicalVersion(version)) ?? []) : [];
    switch (this.#rule?.by) {
      case 'version':
        return isText(migration) ? numbered.filter((entry) => entry.version === version) : numbered;
      case 'version or title':
        return repeatable ? (this.#byName.get(folded(title)) ?? []).filter((entry) => entry.version === '') : numbered;
      case 'version or name':
        return [...numbered, ...this.#named(migration)];
      case 'name':
        return this.#named(migration);
      case 'time': {
        const timed = when === null ? [] : (this.#byVersion.get(String(when)) ?? []);
        return [...timed, ...this.#named(migration)];
      }
      case undefined:
        return [];
    }
  }

  /** The entry of a later migration that stands for this one too; null where there is none. */
  standInOf({ version, when, repeatable }: ChainMigration): AppliedMigration | null {
    const compared = this.#rule?.by === 'time' ? String(when) : version;
    if (repeatable || this.#upTo === null || !isVersion(compared)) return null;
    return compareVersions(compared, this.#upTo.version) < 0 ? this.#upTo : null;
  }

  /** The sentence on a number that is recorded with other zeros in front, where the tool compares texts; null for any other. */
  #otherText(migration: ChainMigration): string | null {
    const { version } = migration;
    const found = isText(migration) ? (this.#byVersion.get(canonicalVersion(version)) ?? []) : [];
    const [other] = found;
    if (!other || found.some((entry) => entry.version === version)) return null;
    return `${this.history.table} has ${other.version}, and dbmate compares texts: ${version} is another version to it, so it would run this file.`;
  }

  #named(migration: ChainMigration): readonly AppliedMigration[] {
    return namesOf(migration).flatMap((name) => this.#byName.get(name) ?? []);
  }
}

/** What a file may be called: with or without its folder and its ending, or by its number. Titles may be the same in two files. */
function namesOf({ path, version }: ChainMigration): readonly string[] {
  const [file = path, folder] = path.split('/').reverse();
  const stem = file.replace(SQL_FILE, '');
  if (/^(migration|up)$/i.test(stem) && folder !== undefined) return [folder];
  const names = new Set([path, file, stem, stem.replace(/\.up$/i, ''), version]);
  return [...names].filter((name) => name !== '');
}

/** Whether the tool takes the digits of a version as text: dbmate’s `001` is not its `1` (https://github.com/amacneil/dbmate, pkg/dbmate/db.go, FindMigrations). */
function isText({ tool }: ChainMigration): boolean {
  return tool === 'dbmate';
}

function folded(title: string): string {
  return title.replaceAll(/[-_\s]+/g, ' ').toLowerCase();
}

/** The tables that tell of a chain. */
export function tellingOf(
  migrations: readonly ChainMigration[],
  histories: readonly History[],
): readonly HistoryIndex[] {
  return histories.map((history) => new HistoryIndex(history)).filter((index) => index.isTelling(migrations));
}

function add(entries: Map<string, AppliedMigration[]>, key: string, entry: AppliedMigration): void {
  const there = entries.get(key);
  if (there) there.push(entry);
  else entries.set(key, [entry]);
}
