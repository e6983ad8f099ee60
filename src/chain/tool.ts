// The tools whose folders are told from a row of numbered files.

export type ChainTool =
  | 'dbmate'
  | 'goose'
  | 'sql-migrate'
  | 'golang-migrate'
  | 'flyway'
  | 'drizzle'
  | 'prisma'
  | 'diesel'
  | 'atlas'
  | 'sqldelight';
