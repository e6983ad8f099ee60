// A schema as a document in Markdown: what each table is for, its columns, and what refers to what.

import type { ForeignKey, SchemaDetails } from '../../schema/details';
import { isInternal, type Relation, type Schema } from '../../schema/schema';
import { foldName } from '../../database';

/**
 * Writes it. Tables that SQLite or a virtual table keeps for itself are left out.
 * @param title of the document
 * @param rows how many rows each table has, where that is known
 */
export function documentationOf(
  title: string,
  schema: Schema,
  details: SchemaDetails,
  rows: ReadonlyMap<string, number | null>,
): string {
  const relations = schema.relations.filter(({ kind, name }) => kind !== 'shadow table' && !isInternal(name));
  const contents = relations.map(({ name, kind }) => `- ${code(name)} (${kind})`);
  const parts = relations.map((relation) => partOf(relation, schema, details, rows.get(relation.name) ?? null));
  return `${[`# ${plain(title)}`, contents.join('\n'), ...parts].filter(Boolean).join('\n\n')}\n`;
}

function partOf(relation: Relation, schema: Schema, details: SchemaDetails, rows: number | null): string {
  const is = isOf(relation.name);
  const facts = [
    relation.kind,
    ...(relation.strict ? ['STRICT'] : []),
    ...(relation.withoutRowid ? ['WITHOUT ROWID'] : []),
    ...(rows === null ? [] : [`${rows} rows`]),
  ];
  const keys = details.foreignKeys.filter(({ table }) => is(table));
  const columns = relation.columns
    .filter(({ hidden }) => !hidden)
    .map((column) => {
      const own = keys.filter((key) => key.columns.some((name) => foldName(name) === foldName(column.name)));
      const marks = [
        ...(column.primaryKey > 0 ? ['primary key'] : []),
        ...(column.notNull ? ['not null'] : []),
        ...(column.generated ? [`generated, ${column.generated}`] : []),
        ...own.map((key) => `→ ${code(key.parent)}`),
      ];
      const value = column.defaultValue === null ? '' : code(column.defaultValue);
      return `| ${[code(column.name), column.type && code(column.type), marks.join(', '), value, plain(column.documentation ?? '')].join(' | ')} |`;
    });
  const table =
    columns.length === 0
      ? ''
      : ['| Column | Type | | Default | |', '| --- | --- | --- | --- | --- |', ...columns].join('\n');
  const indexes = details.indexes
    .filter(({ table: of, origin }) => is(of) && origin !== 'primary key')
    .map(({ name, unique, partial, columns: of }) => {
      const list = of.map((one) => (one.name === null ? 'an expression' : code(one.name))).join(', ');
      return `- ${unique ? 'unique index' : 'index'} ${code(name)} on ${list}${partial ? ', for some rows' : ''}`;
    });
  const triggers = schema.triggers.filter((one) => is(one.table)).map(({ name }) => `- trigger ${code(name)}`);
  const references = [
    ...keys.map((key) => `- ${list(key.columns)} → ${target(key)}${actions(key)}`),
    ...details.foreignKeys
      .filter(({ parent, table: of }) => is(parent) && !is(of))
      .map((key) => `- referred to by ${code(key.table)} (${list(key.columns)})${actions(key)}`),
  ];
  return [
    `## ${code(relation.name)}`,
    `${facts.join(', ')}.${relation.documentation ? ` ${plain(relation.documentation)}` : ''}`,
    table,
    [...indexes, ...triggers].join('\n'),
    references.join('\n'),
    relation.kind === 'view' || relation.kind === 'virtual table' ? fenced(relation.sql) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function isOf(name: string): (other: string) => boolean {
  const folded = foldName(name);
  return (other) => foldName(other) === folded;
}

function target({ parent, parentColumns }: ForeignKey): string {
  return `${code(parent)} (${list(parentColumns.map((name) => name ?? '?'))})`;
}

function actions({ onDelete, onUpdate }: ForeignKey): string {
  const told = [
    ...(onDelete === 'NO ACTION' ? [] : [`ON DELETE ${onDelete}`]),
    ...(onUpdate === 'NO ACTION' ? [] : [`ON UPDATE ${onUpdate}`]),
  ];
  return told.length > 0 ? `, ${told.join(', ')}` : '';
}

function list(names: readonly string[]): string {
  return names.map(code).join(', ');
}

/** A code span (https://spec.commonmark.org/0.31.2/#code-spans) that may stand in a cell of a table. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Text on one line, of which nothing is markup. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~]/g, '\\$&');
}

function fenced(sql: string): string {
  const longest = Math.max(2, ...[...sql.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sql\n${sql}\n${fence}`;
}
