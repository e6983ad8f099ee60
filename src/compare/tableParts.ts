// What differs inside a table: its columns, keys, constraints and options, in words.

import { foldName } from '../database';
import type { Relation } from '../schema/schema';
import { inOneLine, spell } from '../script/spelling';
import { hasWords, type Token } from '../script/tokens';
import { readTableDefinition } from '../schema/tableDefinition';
import { parseSql } from '../script/tokens';
import { readCreateTable, type TableItem } from './createTable';
import type { PartDifference } from './difference';
import type { PairedRelation } from './pairing';

/** The definitions of columns by their folded names; of several the first. */
function itemsByColumn(items: readonly TableItem[]): ReadonlyMap<string, TableItem> {
  return new Map(
    items.flatMap((item) => (item.column === null ? [] : [[foldName(item.column), item] as const])).toReversed(),
  );
}

/** The parts of a table of both schemas that are not the same, in the order of the target, what is removed first. */
export function compareParts({ before, after, columns }: PairedRelation): readonly PartDifference[] {
  if (!before || !after) return [];
  const [was, is] = [readCreateTable(before.sql), readCreateTable(after.sql)];
  const names = new Set([...before.columns, ...after.columns].map(({ name }) => foldName(name)));
  const spelled = (item: TableItem): string => spell(item.tokens, names);
  const [oldItems, nowItems] = [itemsByColumn(was.items), itemsByColumn(is.items)];

  const removed: PartDifference[] = [];
  const rest: PartDifference[] = [];
  const moved = movedColumns(
    columns.flatMap((pair) => (pair.before && pair.after ? [pair.after.name] : [])),
    after,
  );
  for (const pair of columns) {
    const old = pair.before && oldItems.get(foldName(pair.before.name));
    const now = pair.after && nowItems.get(foldName(pair.after.name));
    const texts = { before: old?.text ?? null, after: now?.text ?? null };
    if (pair.before && !pair.after) {
      const { name } = pair.before;
      removed.push({
        kind: 'removed',
        part: 'column',
        name,
        nameBefore: null,
        ...texts,
        words: `column ${name} removed`,
      });
    } else if (!pair.before && pair.after) {
      const { name } = pair.after;
      rest.push({ kind: 'added', part: 'column', name, nameBefore: null, ...texts, words: `column ${name} added` });
    } else if (pair.before && pair.after) {
      const { name } = pair.after;
      const isRenamed = name !== pair.before.name;
      const rewritten = old && now ? spell(old.tokens.slice(1), names) !== spell(now.tokens.slice(1), names) : false;
      const changes = rewritten && old && now ? columnWords(old, now, before, after) : [];
      if (isRenamed) {
        const words = [`column ${pair.before.name} renamed to ${name}`, ...changes].join(', ');
        rest.push({ kind: 'renamed', part: 'column', name, nameBefore: pair.before.name, ...texts, words });
      } else if (rewritten) {
        rest.push({
          kind: 'altered',
          part: 'column',
          name,
          nameBefore: null,
          ...texts,
          words: `column ${name}: ${changes.join(', ')}`,
        });
      } else if (moved.has(name)) {
        rest.push({
          kind: 'moved',
          part: 'column',
          name,
          nameBefore: null,
          ...texts,
          words: `column ${name} in another place`,
        });
      }
    }
  }
  const constraints = (items: readonly TableItem[]): readonly TableItem[] =>
    items.filter(({ part }) => part !== 'column');
  const [here, there] = [constraints(was.items), constraints(is.items)];
  for (const item of missing(here, there, spelled)) removed.push(constraintDifference('removed', item));
  for (const item of missing(there, here, spelled)) rest.push(constraintDifference('added', item));
  for (const option of was.options.filter((one) => !is.options.includes(one)))
    removed.push(optionDifference('removed', option));
  for (const option of is.options.filter((one) => !was.options.includes(one)))
    rest.push(optionDifference('added', option));
  return [...removed, ...rest];
}

/** Those of one list that the other one does not have, however often each is there. */
function missing(
  from: readonly TableItem[],
  other: readonly TableItem[],
  spelled: (item: TableItem) => string,
): readonly TableItem[] {
  const there = other.map(spelled);
  return from.filter((item) => {
    const at = there.indexOf(spelled(item));
    if (at >= 0) there.splice(at, 1);
    return at < 0;
  });
}

function constraintDifference(kind: 'added' | 'removed', item: TableItem): PartDifference {
  const name = inOneLine(item.tokens);
  const texts = kind === 'added' ? { before: null, after: item.text } : { before: item.text, after: null };
  return {
    kind,
    part: item.part,
    name,
    nameBefore: null,
    ...texts,
    words: `${item.text.replace(/\s+/g, ' ')} ${kind}`,
  };
}

function optionDifference(kind: 'added' | 'removed', option: string): PartDifference {
  const texts = kind === 'added' ? { before: null, after: option } : { before: option, after: null };
  return { kind, part: 'option', name: option, nameBefore: null, ...texts, words: `${option} ${kind}` };
}

/** The columns of both sides that are no longer in the same order among themselves: as few as explain the new order. */
function movedColumns(inOldOrder: readonly string[], after: Relation): ReadonlySet<string> {
  const place = new Map(after.columns.map(({ name }, at) => [name, at]));
  if (inOldOrder.every((name, at) => at === 0 || (place.get(inOldOrder[at - 1] ?? '') ?? 0) < (place.get(name) ?? 0)))
    return new Set();
  // The longest run of columns that keep their order stays; all others have moved.
  const best: { readonly length: number; readonly names: readonly string[] }[] = [];
  inOldOrder.forEach((name, at) => {
    let longest: readonly string[] = [];
    for (let other = 0; other < at; other++) {
      const before = inOldOrder[other] ?? '';
      if ((place.get(before) ?? 0) < (place.get(name) ?? 0) && (best[other]?.length ?? 0) > longest.length)
        longest = best[other]?.names ?? [];
    }
    best.push({ length: longest.length + 1, names: [...longest, name] });
  });
  const stays = best.reduce<readonly string[]>((most, { names }) => (names.length > most.length ? names : most), []);
  return new Set(inOldOrder.filter((name) => !stays.includes(name)));
}

function columnWords(old: TableItem, now: TableItem, before: Relation, after: Relation): readonly string[] {
  const was = before.columns.find(({ name }) => foldName(name) === foldName(old.column ?? ''));
  const is = after.columns.find(({ name }) => foldName(name) === foldName(now.column ?? ''));
  const words: string[] = [];
  if (!was || !is) return ['its definition'];
  if (foldName(was.type) !== foldName(is.type)) words.push(`type ${was.type || 'none'} → ${is.type || 'none'}`);
  if (was.notNull !== is.notNull) words.push(is.notNull ? 'NOT NULL added' : 'NOT NULL removed');
  if (was.defaultValue !== is.defaultValue)
    words.push(`default ${was.defaultValue ?? 'none'} → ${is.defaultValue ?? 'none'}`);
  if (was.generated !== is.generated)
    words.push(
      is.generated === null
        ? 'no longer computed'
        : was.generated === null
          ? 'computed from now on'
          : `computed, ${is.generated}`,
    );
  const [one, other] = [before, after].map(({ sql }) => readTableDefinition(parseSql(sql)));
  const collation = (definition: typeof one, name: string): string =>
    definition?.columns.find((column) => foldName(column.name) === foldName(name))?.collation ?? 'BINARY';
  const [from, to] = [collation(one, was.name), collation(other, is.name)];
  if (from !== to) words.push(`collation ${from} → ${to}`);
  for (const [clause, ...expected] of CLAUSES) {
    const [had, has] = [old.tokens, now.tokens].map((tokens) => clausesIn(tokens, expected));
    if (had !== has) words.push(`${clause} ${had === '' ? 'added' : has === '' ? 'removed' : 'changed'}`);
  }
  return words.length > 0 ? words : ['its definition'];
}

const CLAUSES = [
  ['PRIMARY KEY', 'PRIMARY', 'KEY'],
  ['AUTOINCREMENT', 'AUTOINCREMENT'],
  ['UNIQUE', 'UNIQUE'],
  ['CHECK', 'CHECK'],
  ['REFERENCES', 'REFERENCES'],
] as const;

/** The rest of a definition from the first of these words on, to tell whether it is there and the same; empty where it is not. */
function clausesIn(tokens: readonly Token[], words: readonly string[]): string {
  if (!hasWords(tokens, ...words)) return '';
  const at = tokens.findIndex((_, from) =>
    words.every((word, ahead) => tokens[from + ahead]?.text.toUpperCase() === word),
  );
  const end = tokens.findIndex((token, place) => place > at && ENDS.has(token.text.toUpperCase()));
  return tokens
    .slice(at, end < 0 ? undefined : end)
    .map(({ text }) => foldName(text))
    .join(' ');
}

const ENDS: ReadonlySet<string> = new Set([
  'UNIQUE',
  'CHECK',
  'REFERENCES',
  'NOT',
  'DEFAULT',
  'COLLATE',
  'CONSTRAINT',
  'GENERATED',
]);
