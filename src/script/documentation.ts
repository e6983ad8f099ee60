// Reads what a script's comments say about tables and columns, so that it can be shown beside them.
import { classify } from './classify';
import { Lines } from './position';
import { type Statement, partsOf, type Script } from './statement';
import { isBlank, isWord, nextToken, parseSql, tokenise, unquotedName, type Token } from './tokens';

/** What the comments in a CREATE TABLE say: of the table as a whole, and of columns by their lower-case names. */
export interface TableDocumentation {
  readonly table: string | null;
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * The comments of a CREATE TABLE's text as documentation. A comment that stands on the line of a column's definition,
 * before or after its comma, is that column's; so are comment lines directly below it that begin in the same column of
 * the text. A comment before the opening parenthesis, or right after it on its line, is the table's. Other comments on
 * lines of their own are headings and belong to nothing. Any text may be given: what is no CREATE TABLE with a list of
 * columns has no documentation.
 */
export function readDocumentation(createTableSql: string): TableDocumentation {
  const tokens = tokenise(createTableSql);
  if (classify(tokens.filter((token) => !isBlank(token))).kind !== 'create table') {
    return { table: null, columns: new Map() };
  }
  const { table, definitions } = attachComments(tokens, new Lines(createTableSql));
  returnCommentTakenByAddedColumn(definitions);
  const columns = new Map<string, string>();
  for (const { column, texts } of definitions) {
    if (column !== null && texts.length > 0) columns.set(column.toLowerCase(), texts.join(' '));
  }
  return { table: table.texts.length > 0 ? table.texts.join(' ') : null, columns };
}

/**
 * The comments that follow ALTER TABLE … ADD COLUMN statements on the same line, by `table.column` in lower case.
 * `statements` are those that the script was split into.
 */
export function readAddedColumnDocumentation(
  script: Script,
  statements: readonly Statement[],
): ReadonlyMap<string, string> {
  const sources = new Map(partsOf(script).map(({ name, text }) => [name, { text, lines: new Lines(text) }]));
  const documentation = new Map<string, string>();
  for (const { kind, table, column, start, text, file } of statements) {
    const source = sources.get(file);
    if (kind !== 'add column' || table === null || column === null || !source) continue;
    const last = parseSql(text).tokens.at(-1)?.end ?? text.length;
    const texts = commentsAfter(source.text, start + last, source.lines);
    if (texts.length > 0) documentation.set(`${table}.${column}`.toLowerCase(), texts.join(' '));
  }
  return documentation;
}

/** What a comment can be about. */
interface Subject {
  readonly texts: string[];
}

/** One entry of the list of columns and constraints. */
interface Definition extends Subject {
  /** Null for a table constraint. */
  readonly column: string | null;
  readonly line: number;
  /** Nothing stands before it on its line. */
  readonly startsLine: boolean;
}

interface Attached {
  readonly table: Subject;
  readonly definitions: readonly Definition[];
}

/** The words that begin a table constraint; none of them can be a column's bare name. */
const CONSTRAINT_WORDS = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'];

function attachComments(tokens: readonly Token[], lines: Lines): Attached {
  const table: Subject = { texts: [] };
  const definitions: Definition[] = [];
  let depth = 0;
  let definition: Definition | null = null;
  let listIsClosed = false;
  /** The last token that is not blank, and what it is a part of. */
  let before: Token | null = null;
  let subjectBefore: Subject | null = table;
  /** The comment just read, while nothing but space has followed it, and what it is about. */
  let trailing: { readonly comment: Token; readonly subject: Subject } | null = null;
  /** A comment at the start of a line, in case a definition follows on that line. */
  let leading: Token | null = null;

  for (const token of tokens) {
    if (token.kind === 'space') continue;
    if (token.kind === 'comment') {
      let subject: Subject | null = null;
      if (trailing !== null && continuesBelow(trailing.comment, token, lines)) subject = trailing.subject;
      else if (before !== null && isOnSameLine(before, token, lines)) subject = subjectBefore;
      else if (depth === 0 && !listIsClosed) subject = table;
      else leading = token;
      subject?.texts.push(...wordsOf(token));
      trailing = subject === null ? null : { comment: token, subject };
      continue;
    }

    if (depth === 1 && definition === null && token.text !== ')') {
      definition = startDefinition(token, before, lines);
      definitions.push(definition);
      if (leading !== null && isOnSameLine(leading, token, lines)) definition.texts.push(...wordsOf(leading));
    }
    subjectBefore = depth === 0 ? (listIsClosed ? null : table) : definition;
    if (isOperator(token, '(')) depth += 1;
    if (isOperator(token, ')')) depth -= 1;
    if (depth === 1 && isOperator(token, ',')) definition = null;
    if (depth === 0 && isOperator(token, ')')) {
      listIsClosed = true;
      subjectBefore = null;
    }
    // Whatever follows the list, such as STRICT, has no parentheses, so the list cannot be opened a second time.
    before = token;
    trailing = null;
    leading = null;
  }
  return { table, definitions };
}

function startDefinition(token: Token, before: Token | null, lines: Lines): Definition {
  const isConstraint = CONSTRAINT_WORDS.some((word) => isWord(token, word));
  return {
    column: isConstraint ? null : unquotedName(token),
    line: lines.at(token.start).line,
    startsLine: before === null || !isOnSameLine(before, token, lines),
    texts: [],
  };
}

/**
 * ALTER TABLE ADD COLUMN writes the new column straight after the last one, so if a constraint follows, the comment on that
 * line ends up behind the new column: `old TEXT, new TEXT, -- about old`. In a table with one column a line, where only
 * the line of the last columns has several, it is given back to the first of these.
 */
function returnCommentTakenByAddedColumn(definitions: readonly Definition[]): void {
  const columns = definitions.filter(({ column }) => column !== null);
  const last = columns.at(-1);
  if (last === undefined || columns.length === definitions.length) return;
  const firstOnLine = columns.findIndex(({ line }) => line === last.line);
  const original = columns[firstOnLine];
  if (original === undefined || original === last || firstOnLine === 0 || !original.startsLine) return;
  if (columns.slice(0, firstOnLine).every(({ startsLine }) => startsLine)) original.texts.push(...last.texts.splice(0));
}

/** The comments from `offset`, the end of a statement, on the same line, before its semicolon or after. */
function commentsAfter(source: string, offset: number, lines: Lines): string[] {
  const texts: string[] = [];
  let lastLine = lines.at(offset - 1).line;
  let semicolonSeen = false;
  let previous: Token | null = null;
  for (let token = nextToken(source, offset); token !== null; token = nextToken(source, token.end)) {
    if (token.kind === 'space') continue;
    if (token.kind === 'comment') {
      const follows = lines.at(token.start).line === lastLine;
      if (!follows && (previous === null || !continuesBelow(previous, token, lines))) break;
      texts.push(...wordsOf(token));
      previous = token;
    } else {
      if (token.kind !== 'semicolon' || semicolonSeen) break;
      semicolonSeen = true;
      lastLine = lines.at(token.start).line;
    }
  }
  return texts;
}

/** True if a comment is alone on the line below another one and begins at the same place of it. */
function continuesBelow(previous: Token, comment: Token, lines: Lines): boolean {
  const above = lines.at(previous.start);
  const below = lines.at(comment.start);
  return below.line === lines.at(previous.end - 1).line + 1 && below.column === above.column;
}

function isOnSameLine(before: Token, after: Token, lines: Lines): boolean {
  return lines.at(before.end - 1).line === lines.at(after.start).line;
}

function isOperator(token: Token, operator: string): boolean {
  return token.kind === 'operator' && token.text === operator;
}

/** A comment without its marks, as one line; nothing for a mere rule such as `-----`. */
function wordsOf(comment: Token): readonly string[] {
  const text = comment.text.startsWith('--')
    ? comment.text.replace(/^-+/, '').trim()
    : comment.text
        .slice(2, -2)
        .split(/\r\n|\n|\r/)
        // Many write a star at the beginning of each line.
        .map((line) => line.replace(/^[\s*]+|[\s*]+$/g, ''))
        .filter((line) => line !== '')
        .join(' ');
  return /[\p{L}\p{N}]/u.test(text) ? [text] : [];
}
