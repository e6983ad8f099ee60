// Files that are for another database: folders of one dialect each, and names such as `1_people.mysql.up.sql`.

/** What names call SQLite, and what runs it. */
const SQLITE = /^(?:sqlite[23]?|libsql|sqlcipher|rqlite|hiqlite)$/i;

/** What names call the others, with what they are called. */
const OTHERS: readonly (readonly [words: RegExp, name: string])[] = [
  [/^(?:postgres(?:ql)?|pg(?:sql)?|psql)$/i, 'PostgreSQL'],
  [/^mysql\d?$/i, 'MySQL'],
  [/^mariadb$/i, 'MariaDB'],
  [/^(?:cockroach(?:db)?|crdb)$/i, 'CockroachDB'],
  [/^(?:mssql|sqlserver)$/i, 'SQL Server'],
  [/^oracle$/i, 'Oracle'],
  [/^h2$/i, 'H2'],
  [/^hsqldb$/i, 'HSQLDB'],
  [/^tidb$/i, 'TiDB'],
  [/^yugabyte(?:db)?$/i, 'YugabyteDB'],
  [/^spanner$/i, 'Spanner'],
  [/^clickhouse$/i, 'ClickHouse'],
  [/^duckdb$/i, 'DuckDB'],
  [/^redshift$/i, 'Redshift'],
  [/^snowflake$/i, 'Snowflake'],
  [/^db2$/i, 'Db2'],
];

/** All of them at once: most words name none. */
const ANY = new RegExp([SQLITE, ...OTHERS.map(([words]) => words)].map(({ source }) => source).join('|'), 'i');

/** The database that a word names; null where it is none. */
function dialectOf(word: string): string | null {
  if (!ANY.test(word)) return null;
  if (SQLITE.test(word)) return 'SQLite';
  return OTHERS.find(([words]) => words.test(word))?.[1] ?? null;
}

/** A name with a dialect in it. */
interface Dialected {
  readonly path: string;
  readonly dialect: string;
  /** The path without it, which is the same for all dialects of one migration. */
  readonly rest: string;
  /** Whether it stands between dots: behind a `_` it may be of the title. */
  readonly isSure: boolean;
}

/**
 * Which of some files are for another database than SQLite, or give way to one that is for SQLite, each with the reason. A file that is
 * for SQLite counts even where it is empty: then there is nothing to do there.
 * @example
 * findOtherDialects(['1_a.up.sql', '1_a.sqlite3.up.sql', '2_b.mysql.up.sql']);
 * // 1_a.up.sql: 1_a.sqlite3.up.sql stands in its place; 2_b.mysql.up.sql: it is for MySQL
 */
export function findOtherDialects(paths: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const foreign = (name: string): string => `it is for ${name}`;
  const folders = dialectFolders(paths);
  for (const path of folders.size === 0 ? [] : paths) {
    const other = otherFolderOf(path, folders);
    if (other !== null) found.set(path, foreign(other));
  }
  for (const path of besideSqlite(paths)) {
    const dialect = dialectOf(stemOf(path));
    if (dialect !== null && dialect !== 'SQLite' && !found.has(path)) found.set(path, foreign(dialect));
  }
  const named = paths.filter((path) => !found.has(path)).flatMap((path) => readDialect(path) ?? []);
  const plain = new Map(paths.map((path) => [withoutMode(path), path]));
  const own = new Map(named.filter(({ dialect }) => dialect === 'SQLite').map((name) => [name.rest, name.path]));
  // Where one migration has a file for SQLite and one for another database, such a word is no part of a title in that folder.
  const paired = new Set(named.filter(({ dialect, rest }) => dialect !== 'SQLite' && own.has(rest)).map(folderOf));
  for (const { path, dialect, rest, isSure } of named) {
    if (dialect === 'SQLite') {
      const general = plain.get(rest);
      if (general !== undefined && !found.has(general)) found.set(general, `${path} stands in its place`);
    } else if (isSure || own.has(rest) || plain.has(rest) || paired.has(folderOf({ path }))) {
      found.set(path, foreign(dialect));
    }
  }
  return found;
}

/** Files of folders in which one is called by SQLite's name alone: `sqlite.sql` beside `mysql.sql`. */
function besideSqlite(paths: readonly string[]): readonly string[] {
  const folders = new Set(
    paths.filter((path) => dialectOf(stemOf(path)) === 'SQLite').map((path) => folderOf({ path })),
  );
  return paths.filter((path) => folders.has(folderOf({ path })));
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[a-z]+$/i, '');
}

function folderOf({ path }: { readonly path: string }): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The folders that hold one folder for SQLite, and others for other databases. */
function dialectFolders(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const folder of new Set(paths.map((path) => folderOf({ path })))) {
    const segments = folder.split('/').slice(0, -1);
    segments.forEach((segment, at) => {
      if (dialectOf(segment) === 'SQLite') folders.add(segments.slice(0, at).join('/'));
    });
  }
  return folders;
}

function otherFolderOf(path: string, folders: ReadonlySet<string>): string | null {
  const segments = path.split('/').slice(0, -1);
  for (const [at, segment] of segments.entries()) {
    const dialect = dialectOf(segment);
    if (dialect !== null && dialect !== 'SQLite' && folders.has(segments.slice(0, at).join('/'))) return dialect;
  }
  return null;
}

/** A path without the word in its name that says which database the file is for. */
export function withoutDialect(path: string): string {
  const named = readDialect(path);
  return named && (named.isSure || named.dialect === 'SQLite') ? named.rest : path;
}

/** A word in the names of Ory's popx, behind or before the dialect: the file runs in no transaction. One may be so for a single database. */
const AUTOCOMMIT = /\.autocommit(?=\.(?:[^./]+\.)*sql$)/i;

/** Whether a file asks by its name for no transaction around it (https://github.com/ory/x, popx). */
export function isAutocommit(path: string): boolean {
  return AUTOCOMMIT.test(path);
}

function withoutMode(path: string): string {
  return path.replace(AUTOCOMMIT, '');
}

function readDialect(path: string): Dialected | null {
  const [, sql = '', last = ''] = /^(.*\.sql)\.([a-z0-9]+)$/i.exec(path) ?? [];
  const behind = dialectOf(last);
  if (behind !== null) return { path, dialect: behind, rest: withoutMode(sql), isSure: true };
  const from = path.lastIndexOf('/') + 1;
  const [folder, file] = [path.slice(0, from), path.slice(from)];
  const pieces = file.split('.');
  // The last is the ending; the first may be the title as well, in `oracle.import.sql`.
  const at = pieces.slice(0, pieces.length > 2 ? -1 : 0).findIndex((piece) => dialectOf(piece) !== null);
  if (at >= 0) {
    const dialect = dialectOf(pieces[at] ?? '') ?? '';
    return { path, dialect, rest: withoutMode(folder + pieces.toSpliced(at, 1).join('.')), isSure: at > 0 };
  }
  const [, title = '', word = '', ending = ''] = /^([^.]*)[-_]([a-z0-9]+)((?:\.[^.]+)+)$/i.exec(file) ?? [];
  const dialect = dialectOf(word);
  if (dialect !== null) return { path, dialect, rest: folder + title + ending, isSure: false };
  // Between other words: `shop-mysql-update-to-2.0.sql`.
  const words = file.split(/(?<=[-_])/);
  const within = words.findIndex((part) => /[-_]$/.test(part) && dialectOf(part.slice(0, -1)) !== null);
  if (within < 0) return null;
  const named = dialectOf((words[within] ?? '').slice(0, -1)) ?? '';
  return { path, dialect: named, rest: folder + words.toSpliced(within, 1).join(''), isSure: false };
}
