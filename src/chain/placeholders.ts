// What a tool would replace by a value before SQLite sees it: Flyway's `${name}`, goose's variables of the environment, and such.

import { answerTo, type Answers, type Need } from './needs';
import type { Sections } from './markedText';
import type { ChainTool } from './tool';
import { nextToken } from '../script/tokens';

/** One place at which a value is put in. */
interface Placeholder {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** What the text says is put there where nothing else is known; null where it says nothing. */
  readonly fallback: string | null;
}

/** https://documentation.red-gate.com/flyway, "Placeholders". */
const FLYWAY = /\$\{([^${}\s][^${}\n]*)\}/g;
/** https://github.com/pressly/goose, "Environment Variable Substitution": `$VAR`, `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR?message}`. */
const GOOSE = /\$\{([A-Za-z_]\w*)(?:(:?-|\?)([^}]*))?\}|\$([A-Za-z_]\w*)/g;
/** Go's templates, into which dbmate puts the variables that a mark names. */
const TEMPLATE = /\{\{-?\s*\.(\w+)\s*-?\}\}/g;
/** A name alone between braces, as Go, Jinja, Mustache and others have it. What calls, pipes or branches is more than a value. */
const BRACES = /\{\{-?\s*\.?([A-Za-z_][\w.]*)\s*-?\}\}/g;
const BRANCHES = /^(?:if|else|end|range|with|block|define|template|nil|true|false|this)$/;
/** A name between percent signs. */
const PERCENT = /%([A-Za-z_]\w*)%/g;
/** What stands before something that a percent sign cannot divide: nothing, an operator, or a word after which a name or a value comes. */
const BEFORE_OPERAND =
  /(?:^|[(,;=<>+*/|&-]|\b(?:TABLE|FROM|INTO|UPDATE|JOIN|EXISTS|REFERENCES|ON|INDEX|VIEW|TRIGGER|COLUMN|TO|SET|SELECT|WHERE|AND|OR|NOT|BY|VALUES|DEFAULT|LIMIT|ADD|THEN|ELSE|WHEN))\s*$/i;

/** A name of the environment, as people write one for `envsubst`. */
const ENVIRONMENT = /^[A-Z_][A-Z0-9_]*$/;

/** Characters before a percent sign that are looked at. */
const LOOKED_BACK = 40;

/** Names that Flyway itself gives values to, on SQLite. */
const OF_FLYWAY: Readonly<Record<string, (path: string) => string>> = {
  'flyway:defaultSchema': () => 'main',
  'flyway:table': () => 'flyway_schema_history',
  'flyway:filename': (path) => path.split('/').at(-1) ?? path,
};

/** A file that may hold placeholders. */
export interface ValuedFile {
  readonly path: string;
  readonly sections: Sections;
}

/**
 * The text of a file with the values that were given in the place of its placeholders; those without one stay as they are.
 * The lines stay what they are unless a value has several.
 */
export function withValues({ path, sections }: ValuedFile, tool: ChainTool | null, answers: Answers): string {
  let written = '';
  let from = 0;
  for (const { name, start, end } of placeholdersOf(path, sections, tool)) {
    const value = answerTo(answers, 'value', name);
    if (value === undefined) continue;
    written += sections.up.slice(from, start) + value;
    from = end;
  }
  return written + sections.up.slice(from);
}

/** What has to be asked for files: a value for each name, once for all of them. The answer is the text that is put in, which may be empty. */
export function valueNeeds(files: readonly ValuedFile[], tool: ChainTool | null): readonly Need[] {
  const asked = new Map<string, { where: string[]; fallback: string | null }>();
  for (const { path, sections } of files) {
    for (const { name, fallback } of placeholdersOf(path, sections, tool)) {
      const known = asked.get(name) ?? { where: [], fallback };
      if (!known.where.includes(path)) known.where.push(path);
      asked.set(name, known);
    }
  }
  return [...asked].map(([name, { where, fallback }]) => ({
    kind: 'value',
    name,
    sentence: `${sourceOf(name, tool)} What is its value?`,
    where,
    options: [],
    proposal: fallback === null ? null : { answer: fallback, label: labelOf(name, fallback) },
    blocks: true,
  }));
}

function sourceOf(name: string, tool: ChainTool | null): string {
  if (tool === 'flyway') return `Flyway puts a value in the place of \${${name}}.`;
  if (tool === 'goose') return `goose puts the environment variable ${name} into these files.`;
  return `These files have the variable ${name}, in whose place something puts a value before SQLite reads them.`;
}

function labelOf(name: string, fallback: string): string {
  return fallback === `\${${name}}` ? 'leave it as it is written' : `“${fallback}”`;
}

function placeholdersOf(path: string, sections: Sections, tool: ChainTool | null): readonly Placeholder[] {
  const { up, variables = [], templated = [] } = sections;
  if (!/\$[{A-Za-z_]|\{\{|%[A-Za-z_]\w*%/.test(up)) return [];
  const found: Placeholder[] = [];
  const inside = insidesOf(up);
  const add = (name: string, match: RegExpMatchArray, fallback: string | null): void => {
    const start = match.index ?? 0;
    if (inside(start) !== 'comment') found.push({ name, start, end: start + match[0].length, fallback });
  };
  if (tool === 'goose') {
    for (const match of up.matchAll(GOOSE)) {
      const [, braced, mark, rest = '', bare] = match;
      const start = match.index;
      if (!variables.some(([from, to]) => start >= from && start < to)) continue;
      add(braced ?? bare ?? '', match, mark?.endsWith('-') === true ? rest : null);
    }
    return found;
  }
  for (const match of up.matchAll(TEMPLATE)) {
    const [, name = ''] = match;
    if (templated.includes(name)) add(name, match, null);
  }
  if (tool !== 'dbmate') {
    for (const match of up.matchAll(BRACES)) {
      const [, name = ''] = match;
      if (inside(match.index) === null && !BRANCHES.test(name)) add(name, match, null);
    }
  }
  for (const match of up.matchAll(PERCENT)) {
    const before = up.slice(Math.max(0, match.index - LOOKED_BACK), match.index);
    if (inside(match.index) === null && BEFORE_OPERAND.test(before)) add(match[1] ?? '', match, null);
  }
  for (const match of up.matchAll(FLYWAY)) {
    const [, name = ''] = match;
    const isInText = inside(match.index) === 'text';
    if (tool === 'flyway') {
      add(name, match, OF_FLYWAY[name]?.(path) ?? null);
    } else if (!isInText) {
      // No SQL is written like this, so something else reads the file first.
      add(name, match, null);
    } else if ((tool === 'dbmate' || tool === 'sql-migrate') && ENVIRONMENT.test(name)) {
      add(name, match, match[0]);
    }
  }
  return found.sort((one, other) => one.start - other.start);
}

/** Tells of a place in a text whether it is in a comment, or in a string or a quoted name. */
function insidesOf(text: string): (at: number) => 'comment' | 'text' | null {
  const ranges: { readonly start: number; readonly end: number; readonly what: 'comment' | 'text' }[] = [];
  for (let token = nextToken(text, 0); token !== null; token = nextToken(text, token.end)) {
    const { kind, start, end } = token;
    if (kind === 'comment') ranges.push({ start, end, what: 'comment' });
    else if (kind === 'string' || kind === 'name') ranges.push({ start, end, what: 'text' });
  }
  return (at) => {
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranges[middle]?.end ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    const range = ranges[low];
    return range && range.start <= at ? range.what : null;
  };
}
