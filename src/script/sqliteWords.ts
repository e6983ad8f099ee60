// The words that SQLite itself knows, to be offered while SQL is written: no other dialect's, and no command of a shell.

/** All keywords (https://sqlite.org/lang_keywords.html). */
export const SQLITE_KEYWORDS = `
  abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case cast check
  collate column commit conflict constraint create cross current current_date current_time current_timestamp database default
  deferrable deferred delete desc detach distinct do drop each else end escape except exclude exclusive exists explain fail filter
  first following for foreign from full generated glob group groups having if ignore immediate in index indexed initially inner
  insert instead intersect into is isnull join key last left like limit match materialized natural no not nothing notnull null
  nulls of offset on or order others outer over partition plan pragma preceding primary query raise range recursive references
  regexp reindex release rename replace restrict returning right rollback row rows savepoint select set table temp temporary then
  ties to transaction trigger unbounded union unique update using vacuum values view virtual when where window with without
`.trim();

/** Functions that every SQLite of today has (https://sqlite.org/lang_corefunc.html and the pages beside it). */
export const SQLITE_FUNCTIONS = `
  abs acos asin atan atan2 avg ceil char coalesce cos count cume_dist date datetime degrees dense_rank exp first_value floor
  format glob group_concat hex ifnull iif instr json json_array json_array_length json_extract json_group_array json_group_object
  json_insert json_object json_patch json_quote json_remove json_replace json_set json_type json_valid julianday lag last_value
  lead length like ln log log10 log2 lower ltrim max min mod nth_value ntile nullif octet_length percent_rank pi pow printf quote
  radians random randomblob rank replace round row_number rtrim sign sin sqlite_version sqrt strftime substr substring sum
  tan time total trim trunc typeof unicode unixepoch upper zeroblob
`.trim();

/** Types that decide an affinity by being written (https://sqlite.org/datatype3.html, https://sqlite.org/stricttables.html). */
export const SQLITE_TYPES = 'any blob int integer numeric real text';
