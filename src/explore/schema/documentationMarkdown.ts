// The document of a schema as Markdown (https://spec.commonmark.org/0.31.2/), with tables as GitHub and others read them.

import type { DocumentedColumn, DocumentedRelation, Pieces, SchemaDocument } from './documentation';

/** Writes it. No name and no comment of the schema is markup in it. */
export function markdownOf({ title, relations }: SchemaDocument): string {
  const contents = relations.map(({ name, kind }) => `- ${code(name)} (${kind})`);
  return `${[`# ${plain(title)}`, contents.join('\n'), ...relations.map(partOf)].filter(Boolean).join('\n\n')}\n`;
}

function partOf({ name, facts, documentation, columns, parts, references, sql }: DocumentedRelation): string {
  const table = ['| Column | Type | | Default | |', '| --- | --- | --- | --- | --- |', ...columns.map(lineOf)];
  return [
    `## ${code(name)}`,
    `${facts.join(', ')}.${documentation ? ` ${plain(documentation)}` : ''}`,
    columns.length === 0 ? '' : table.join('\n'),
    itemsOf(parts),
    itemsOf(references),
    sql === null ? '' : fenced(sql),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function lineOf({ name, type, marks, defaultValue, documentation }: DocumentedColumn): string {
  const cells = [
    code(name),
    type && code(type),
    marks.map(textOf).join(', '),
    defaultValue === null ? '' : code(defaultValue),
    plain(documentation ?? ''),
  ];
  return `| ${cells.join(' | ')} |`;
}

function itemsOf(items: readonly Pieces[]): string {
  return items.map((pieces) => `- ${textOf(pieces)}`).join('\n');
}

function textOf(pieces: Pieces): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : code(piece.code))).join('');
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
