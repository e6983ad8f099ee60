// What every PRAGMA of SQLite comes to in a script, inside of a transaction and outside, and how a script's settings end.

import { rowsOf, type Database } from '../../database';
import { readPragma, type PragmaWords } from '../../script/pragma';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Failure } from '../outcome';
import { enforcesForeignKeys } from './execution';

/**
 * `stored`: it writes into the file. `held`: it holds for the rest of the script. `left out`: here it has no effect, or
 * none that may outlast the script. `question`: it asks, and does nothing. `refused`: it reaches for what is not there.
 */
type PragmaSort = 'stored' | 'held' | 'left out' | 'question' | 'refused';

/** What becomes of one PRAGMA: it runs, or is left out, and the sentence that says so. */
export interface PragmaRuling {
  readonly runs: boolean;
  readonly note: string;
}

const STORED = 'This is stored in the file.';
const HELD = 'It holds for the rest of this script and is not stored in the file.';
const ASKS = 'It only asks for a value, and a script cannot use the answer, so it was left out.';
const FIXED = 'This setting cannot change inside a transaction, so it was left out.';
const ALONE = 'It is about disks and other programs, which have no part in this run, so it was left out.';
const MEMORY = 'This page manages the memory itself, so it was left out.';
const CHECKED = 'Drydock checks the file itself, and a script cannot act on the answer, so it was left out.';
const KEYS_ON = `${FIXED} Foreign keys are on while the script runs, as chosen: ON DELETE and ON UPDATE take effect.`;
const UNKNOWN = 'SQLite has no PRAGMA of this name and ignores it: check the spelling.';
const OF_THE_FILE =
  'SQLite does this only with a VACUUM after it, and the script has none, so it was left out. Add VACUUM if you want it.';
const BY_VACUUM = 'The VACUUM that follows stores it in the file.';
const ON = 'on: ON DELETE and ON UPDATE take effect';

/** All PRAGMAs by name (PRAGMA pragma_list), https://sqlite.org/pragma.html. */
export const PRAGMA_RULES: ReadonlyMap<string, readonly [PragmaSort, string]> = new Map(
  Object.entries({
    application_id: ['stored', STORED],
    user_version: ['stored', STORED],
    schema_version: ['stored', `${STORED} SQLite moves it on with every change of the schema.`],
    default_cache_size: ['stored', `${STORED} The cache of this page stays as it is.`],
    auto_vacuum: ['stored', STORED],
    incremental_vacuum: [
      'stored',
      'Free pages are taken off the end of the file, where it has auto_vacuum incremental.',
    ],
    optimize: ['stored', 'SQLite gathers statistics where it expects them to help.'],

    analysis_limit: ['held', HELD],
    automatic_index: ['held', HELD],
    cache_size: ['held', HELD],
    cache_spill: ['held', HELD],
    case_sensitive_like: ['held', HELD],
    cell_size_check: ['held', HELD],
    count_changes: ['held', HELD],
    defer_foreign_keys: ['held', HELD],
    empty_result_callbacks: ['held', HELD],
    full_column_names: ['held', HELD],
    ignore_check_constraints: ['held', `${HELD} Rows may now break CHECK constraints.`],
    legacy_alter_table: ['held', `${HELD} Where it is on, RENAME leaves views and triggers as they are written.`],
    max_page_count: ['held', `${HELD} The file cannot grow beyond it.`],
    query_only: ['held', `${HELD} Where it is on, SQLite refuses every statement that writes.`],
    recursive_triggers: ['held', HELD],
    reverse_unordered_selects: ['held', HELD],
    secure_delete: ['held', HELD],
    short_column_names: ['held', HELD],
    trusted_schema: ['held', HELD],
    writable_schema: ['held', `${HELD} Where it is on, the script may write the schema’s text itself.`],

    foreign_keys: [
      'left out',
      `${FIXED} Foreign keys are off while the script runs, as chosen: ON DELETE and ON UPDATE do nothing. A check of the result looks for rows that the script leaves without their parent.`,
    ],
    journal_mode: ['left out', 'It was left out: the upgraded file keeps the journal mode of yours.'],
    locking_mode: ['left out', ALONE],
    synchronous: ['left out', ALONE],
    temp_store: ['left out', MEMORY],
    page_size: ['left out', OF_THE_FILE],
    encoding: ['left out', 'The encoding of a database cannot change once it is made, so it was left out.'],
    busy_timeout: ['left out', ALONE],
    checkpoint_fullfsync: ['left out', ALONE],
    fullfsync: ['left out', ALONE],
    journal_size_limit: ['left out', ALONE],
    mmap_size: ['left out', ALONE],
    read_uncommitted: ['left out', ALONE],
    threads: ['left out', ALONE],
    wal_autocheckpoint: ['left out', ALONE],
    wal_checkpoint: ['left out', ALONE],
    hard_heap_limit: ['left out', MEMORY],
    soft_heap_limit: ['left out', MEMORY],
    shrink_memory: ['left out', MEMORY],
    foreign_key_check: ['left out', CHECKED],
    integrity_check: ['left out', CHECKED],
    quick_check: ['left out', CHECKED],

    collation_list: ['question', ASKS],
    compile_options: ['question', ASKS],
    data_version: ['question', ASKS],
    database_list: ['question', ASKS],
    foreign_key_list: ['question', ASKS],
    freelist_count: ['question', ASKS],
    function_list: ['question', ASKS],
    index_info: ['question', ASKS],
    index_list: ['question', ASKS],
    index_xinfo: ['question', ASKS],
    module_list: ['question', ASKS],
    page_count: ['question', ASKS],
    pragma_list: ['question', ASKS],
    table_info: ['question', ASKS],
    table_list: ['question', ASKS],
    table_xinfo: ['question', ASKS],

    temp_store_directory: ['refused', ''],
  } satisfies Record<string, readonly [PragmaSort, string]>),
);

/** PRAGMAs that do something without being given a value. */
const ACTIONS =
  /^(incremental_vacuum|optimize|shrink_memory|wal_checkpoint|foreign_key_check|integrity_check|quick_check)$/;

/**
 * What becomes of a PRAGMA statement, or why it is refused. One that is not written as SQLite wants it runs, so that SQLite
 * says what is wrong with it.
 */
export function rulePragma(
  database: Database,
  statement: ParsedStatement,
  { ownTransactions, inside, vacuums }: PragmaPlace,
): PragmaRuling | Failure {
  const words = readPragma(statement.tokens);
  if (!words) return { runs: true, note: HELD };
  const { schema, name, value } = words;
  if (schema !== null && !/^(main|temp)$/i.test(schema)) return refuseSchema(schema);
  const rule = PRAGMA_RULES.get(name);
  if (!rule) return { runs: false, note: UNKNOWN };
  const [sort, note] = rule;
  if (sort === 'refused') return refuseDirectory(name);
  if (value === null && !ACTIONS.test(name)) return { runs: false, note: ASKS };
  if (name === 'foreign_keys' && ownTransactions) {
    if (inside)
      return { runs: false, note: `${FIXED} Foreign keys stay ${enforcesForeignKeys(database) ? 'on' : 'off'}.` };
    return { runs: true, note: `From here on foreign keys are ${isOn(value ?? '') ? ON : 'off'}.` };
  }
  if (name === 'page_size' || (name === 'auto_vacuum' && !movesAutoVacuum(database, value ?? ''))) {
    return vacuums && !inside ? { runs: true, note: BY_VACUUM } : { runs: false, note: OF_THE_FILE };
  }
  if (name === 'cache_size' && exceedsCache(database, value ?? '')) return { runs: false, note: MEMORY };
  if (name === 'foreign_keys' && enforcesForeignKeys(database)) return { runs: false, note: KEYS_ON };
  return { runs: sort === 'stored' || sort === 'held', note };
}

/** Where a PRAGMA stands. */
export interface PragmaPlace {
  /** In a script that brings transactions of its own. */
  readonly ownTransactions: boolean;
  /** A transaction is open. */
  readonly inside: boolean;
  /** A VACUUM comes later. */
  readonly vacuums: boolean;
}

/** As SQLite reads a switch (https://sqlite.org/pragma.html#syntax). */
function isOn(value: string): boolean {
  return /^(on|yes|true|extra|full)$/i.test(value) || (/^\d+$/.test(value) && Number(value) !== 0);
}

/** Only between full and incremental can it change without VACUUM (https://sqlite.org/pragma.html#pragma_auto_vacuum). */
function movesAutoVacuum(database: Database, value: string): boolean {
  return rowsOf(database, 'PRAGMA main.auto_vacuum')[0]?.[0] !== 0 && /^(1|2|full|incremental)$/i.test(value);
}

/** Whether this is more than the page gives SQLite: the rest of its memory is for what the run writes. */
function exceedsCache(database: Database, value: string): boolean {
  const pageSize = Number(rowsOf(database, 'PRAGMA main.page_size')[0]?.[0]);
  const bytes = (size: number): number => (size < 0 ? -1024 * size : size * pageSize);
  const present = Number(rowsOf(database, 'PRAGMA main.cache_size')[0]?.[0]);
  return bytes(Number(value)) > bytes(present);
}

function refuseSchema(schema: string): Failure {
  return {
    message: `unknown database ${schema}`,
    explanation: 'The script works on the database that you opened, which is called main, and on nothing else.',
    wayOut: `Remove the statement, or write main where it says ${schema}.`,
    refused: true,
  };
}

function refuseDirectory(name: string): Failure {
  return {
    message: `PRAGMA ${name} is not available`,
    explanation: 'There are no directories here: a script cannot reach any other file.',
    wayOut: 'Remove the statement.',
    refused: true,
  };
}

/**
 * The PRAGMAs that put back what the script may set on this connection: no setting of a script may hold for what comes
 * after it, and none but those in the file are part of the transaction.
 */
export function readSettings(database: Database, statements: readonly ParsedStatement[]): readonly string[] {
  const all = statements.flatMap((statement): PragmaWords[] => {
    const words = statement.kind === 'pragma' ? readPragma(statement.tokens) : null;
    return words !== null && words.value !== null ? [words] : [];
  });
  const names = new Set(all.map(({ name }) => (name === 'default_cache_size' ? 'cache_size' : name)));
  return [...names].flatMap((name) => {
    // It can only be set, not read.
    if (name === 'case_sensitive_like') return ['PRAGMA case_sensitive_like = OFF'];
    if (name === 'writable_schema' || PRAGMA_RULES.get(name)?.[0] !== 'held') return [];
    const value = rowsOf(database, `PRAGMA ${name}`)[0]?.[0];
    if (value === undefined) return [];
    // The third of its states has no number that SQLite would take.
    return [`PRAGMA ${name} = ${name === 'secure_delete' && value === 2 ? 'FAST' : String(value)}`];
  });
}
