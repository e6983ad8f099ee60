// SQL cut into pieces by what they are, to be coloured.

import { nextToken, type Token } from '../../script/tokens';

/** What a piece is: a keyword, the type of a column, a quoted name, a value, a comment, or anything else. */
type Shade = 'keyword' | 'type' | 'name' | 'string' | 'number' | 'comment' | 'plain';

/** Neighbouring characters of one shade. */
export interface Piece {
  readonly shade: Shade;
  readonly text: string;
}

/** Those of https://sqlite.org/lang_keywords.html that name nothing in most schemas, and STRICT, STORED, ROWID, TRUE, FALSE. */
const KEYWORDS: ReadonlySet<string> = new Set(
  `ABORT ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC AUTOINCREMENT BEFORE BEGIN BETWEEN BY CASCADE CASE CAST CHECK COLLATE
  COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DEFAULT DEFERRABLE DEFERRED DELETE
  DESC DISTINCT DROP EACH ELSE END ESCAPE EXCEPT EXISTS FAIL FILTER FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP HAVING
  IF IGNORE IMMEDIATE IN INDEX INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LEFT LIKE LIMIT MATCH
  MATERIALIZED NATURAL NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OUTER OVER PARTITION PRAGMA PRECEDING PRIMARY RAISE
  RANGE RECURSIVE REFERENCES REGEXP REINDEX RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWID ROWS SELECT SET STORED
  STRICT TABLE TEMP TEMPORARY THEN TO TRANSACTION TRIGGER UNBOUNDED UNION UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN
  WHERE WINDOW WITH WITHOUT TRUE FALSE`.split(/\s+/),
);
const TYPES: ReadonlySet<string> = new Set(
  `ANY BIGINT BLOB BOOLEAN CHAR CLOB DATE DATETIME DECIMAL DOUBLE FLOAT INT INTEGER JSON NCHAR NUMERIC NVARCHAR REAL SMALLINT
  TEXT TIMESTAMP TINYINT VARCHAR`.split(/\s+/),
);

/** Cuts SQL into pieces; their texts joined are the SQL. Any text may be given. */
export function highlight(sql: string): readonly Piece[] {
  const pieces: { shade: Shade; text: string }[] = [];
  let before: Token | null = null;
  for (let token = nextToken(sql, 0); token !== null; token = nextToken(sql, token.end)) {
    const shade = shadeOf(token, before);
    const last = pieces.at(-1);
    if (last?.shade === shade) last.text += token.text;
    else pieces.push({ shade, text: token.text });
    if (token.kind !== 'space' && token.kind !== 'comment') before = token;
  }
  return pieces;
}

function shadeOf({ kind, text }: Token, before: Token | null): Shade {
  switch (kind) {
    case 'word': {
      // After a point stands a name, and a column may well be called what a type is.
      if (before?.text === '.') return 'plain';
      const word = text.toUpperCase();
      if (KEYWORDS.has(word)) return 'keyword';
      const afterName =
        before?.kind === 'name' || (before?.kind === 'word' && !KEYWORDS.has(before.text.toUpperCase()));
      return TYPES.has(word) && (afterName || before?.text.toUpperCase() === 'AS') ? 'type' : 'plain';
    }
    case 'name':
    case 'string':
    case 'number':
    case 'comment':
      return kind;
    case 'blob':
      return 'string';
    default:
      return 'plain';
  }
}
