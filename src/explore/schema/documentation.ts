// A schema as a document: what each table is for, its columns, and what refers to what. Markdown and HTML are written of the same one.

import type { ForeignKey, SchemaDetails } from '../../schema/details';
import { isInternal, type Relation, type Schema } from '../../schema/schema';
import { foldName } from '../../database';

/** A name or an expression within a sentence. `table` is the place of the table that it names, where the document has one. */
export interface CodePiece {
  readonly code: string;
  readonly table?: number | undefined;
}

/** Words, and what stands in them as it is written in SQL. */
export type Pieces = readonly (string | CodePiece)[];

/** A line of the table of columns. */
export interface DocumentedColumn {
  readonly name: string;
  /** Declared type; empty where there is none. */
  readonly type: string;
  /** Keys, NOT NULL and the like. */
  readonly marks: readonly Pieces[];
  readonly defaultValue: string | null;
  readonly documentation: string | null;
}

/** A table or view. */
export interface DocumentedRelation {
  readonly name: string;
  readonly kind: string;
  /** What it is, in a few words each. */
  readonly facts: readonly string[];
  readonly documentation: string | null;
  readonly columns: readonly DocumentedColumn[];
  /** Indexes and triggers. */
  readonly parts: readonly Pieces[];
  /** Foreign keys, in both directions. */
  readonly references: readonly Pieces[];
  /** Where the columns do not tell all of it. */
  readonly sql: string | null;
}

/** All of it, in the order of the schema. */
export interface SchemaDocument {
  readonly title: string;
  readonly relations: readonly DocumentedRelation[];
}

/**
 * Makes it. Tables that SQLite or a virtual table keeps for itself are left out.
 * @param title of the document
 * @param rows how many rows each table has, where that is known
 */
export function documentationOf(
  title: string,
  schema: Schema,
  details: SchemaDetails,
  rows: ReadonlyMap<string, number | null>,
): SchemaDocument {
  const relations = schema.relations.filter(({ kind, name }) => kind !== 'shadow table' && !isInternal(name));
  const places = new Map(relations.map(({ name }, at) => [foldName(name), at]));
  const named = (name: string): CodePiece => ({ code: name, table: places.get(foldName(name)) });
  return {
    title,
    relations: relations.map((one) => documentedOf(one, schema, details, rows.get(one.name) ?? null, named)),
  };
}

function documentedOf(
  relation: Relation,
  schema: Schema,
  details: SchemaDetails,
  rows: number | null,
  named: (name: string) => CodePiece,
): DocumentedRelation {
  const { name, kind, documentation } = relation;
  const is = isOf(name);
  const keys = details.foreignKeys.filter(({ table }) => is(table));
  const indexes = details.indexes
    .filter(({ table, origin }) => is(table) && origin !== 'primary key')
    .map(({ name: index, unique, partial, columns }): Pieces => [
      unique ? 'unique index ' : 'index ',
      { code: index },
      ' on ',
      ...joined(columns.map((one) => (one.name === null ? 'an expression' : { code: one.name }))),
      ...(partial ? [', for some rows'] : []),
    ]);
  const triggers = schema.triggers
    .filter(({ table }) => is(table))
    .map((trigger): Pieces => ['trigger ', { code: trigger.name }]);
  const incoming = details.foreignKeys
    .filter(({ parent, table }) => is(parent) && !is(table))
    .map((key): Pieces => ['referred to by ', named(key.table), ' (', ...list(key.columns), ')', ...actions(key)]);
  return {
    name,
    kind,
    documentation,
    facts: [
      kind,
      ...(relation.strict ? ['STRICT'] : []),
      ...(relation.withoutRowid ? ['WITHOUT ROWID'] : []),
      ...(rows === null ? [] : [`${rows} rows`]),
    ],
    columns: relation.columns
      .filter(({ hidden }) => !hidden)
      .map((column) => ({
        name: column.name,
        type: column.type,
        marks: [
          ...(column.primaryKey > 0 ? [['primary key']] : []),
          ...(column.notNull ? [['not null']] : []),
          ...(column.generated ? [[`generated, ${column.generated}`]] : []),
          ...keys
            .filter((key) => key.columns.some((one) => foldName(one) === foldName(column.name)))
            .map((key) => ['→ ', named(key.parent)]),
        ],
        defaultValue: column.defaultValue,
        documentation: column.documentation,
      })),
    parts: [...indexes, ...triggers],
    references: [
      ...keys.map((key) => [...list(key.columns), ' → ', ...target(key, named), ...actions(key)]),
      ...incoming,
    ],
    sql: kind === 'view' || kind === 'virtual table' ? relation.sql : null,
  };
}

function isOf(name: string): (other: string) => boolean {
  const folded = foldName(name);
  return (other) => foldName(other) === folded;
}

function target({ parent, parentColumns }: ForeignKey, named: (name: string) => CodePiece): Pieces {
  return [named(parent), ' (', ...list(parentColumns.map((name) => name ?? '?')), ')'];
}

function actions({ onDelete, onUpdate }: ForeignKey): Pieces {
  return [
    ...(onDelete === 'NO ACTION' ? [] : [`, ON DELETE ${onDelete}`]),
    ...(onUpdate === 'NO ACTION' ? [] : [`, ON UPDATE ${onUpdate}`]),
  ];
}

function list(names: readonly string[]): Pieces {
  return joined(names.map((code) => ({ code })));
}

function joined(pieces: Pieces): Pieces {
  return pieces.flatMap((piece, at) => (at === 0 ? [piece] : [', ', piece]));
}
