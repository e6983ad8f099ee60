// The tables and relations of a diagram as text that other tools draw: Mermaid's and DBML.

import type { TableRelation } from './relations';

/** A table with its columns, as far as these texts have them. */
export interface WrittenTable {
  readonly name: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly primaryKey: boolean;
    readonly foreignKey: boolean;
    readonly notNull: boolean;
  }[];
}

/** An entity relationship diagram of Mermaid's (https://mermaid.js.org/syntax/entityRelationshipDiagram.html). */
export function mermaidOf(tables: readonly WrittenTable[], relations: readonly TableRelation[]): string {
  const lines = tables.flatMap(({ name, columns }) => [
    `  ${entity(name)} {`,
    ...columns.map(({ name: column, type, primaryKey, foreignKey }) => {
      const keys = [...(primaryKey ? ['PK'] : []), ...(foreignKey ? ['FK'] : [])].join(', ');
      return `    ${attribute(type || 'ANY')} ${attribute(column)}${keys && ` ${keys}`}`;
    }),
    '  }',
  ]);
  const ends = relations.map((one) => {
    const line = one.kind === 'declared' ? '--' : '..';
    const cardinality = `${one.optional ? '|o' : '||'}${line}${one.single ? 'o|' : 'o{'}`;
    return `  ${entity(one.to)} ${cardinality} ${entity(one.from)} : "${plain(one.fromColumns.join(', '))}"`;
  });
  return ['erDiagram', ...lines, ...ends, ''].join('\n');
}

/** An entity's name stands in quotes, in which Mermaid takes all but quotes, percent signs and backslashes. */
function entity(name: string): string {
  return `"${name.replace(/["%\\\n\r]/g, '_')}"`;
}

/** Types and names of attributes begin with a letter, and have letters, digits, dashes, underscores, parentheses and brackets. */
function attribute(text: string): string {
  const safe = text.replace(/[^\p{L}\p{N}_()-]+/gu, '_');
  return /^\p{L}/u.test(safe) ? safe : `c_${safe}`;
}

function plain(text: string): string {
  return text.replaceAll('"', "'").replace(/[\n\r]/g, ' ');
}

/** The Database Markup Language (https://dbml.dbdiagram.io/docs/). Suggested relations stand in comments. */
export function dbmlOf(tables: readonly WrittenTable[], relations: readonly TableRelation[]): string {
  const blocks = tables.map(({ name, columns }) => {
    const keys = columns.filter(({ primaryKey }) => primaryKey).map((column) => quoted(column.name));
    const rows = columns.map(({ name: column, type, primaryKey, notNull }) => {
      const settings = [...(primaryKey && keys.length === 1 ? ['pk'] : []), ...(notNull ? ['not null'] : [])];
      return `  ${quoted(column)} ${quoted(type || 'ANY')}${settings.length > 0 ? ` [${settings.join(', ')}]` : ''}`;
    });
    const composite = keys.length > 1 ? ['', '  indexes {', `    (${keys.join(', ')}) [pk]`, '  }'] : [];
    return [`Table ${quoted(name)} {`, ...rows, ...composite, '}'].join('\n');
  });
  const refs = relations.map((one) => {
    const side = (table: string, columns: readonly string[]): string =>
      `${quoted(table)}.${columns.length === 1 ? quoted(columns[0] ?? '') : `(${columns.map(quoted).join(', ')})`}`;
    const actions = [
      ...(isAction(one.onDelete) ? [`delete: ${one.onDelete.toLowerCase()}`] : []),
      ...(isAction(one.onUpdate) ? [`update: ${one.onUpdate.toLowerCase()}`] : []),
    ];
    const settings = actions.length > 0 ? ` [${actions.join(', ')}]` : '';
    const ref = `Ref: ${side(one.from, one.fromColumns)} ${one.single ? '-' : '>'} ${side(one.to, one.toColumns)}${settings}`;
    return one.kind === 'declared' ? ref : `// suggested by names: ${ref}`;
  });
  return `${[...blocks, refs.join('\n')].filter(Boolean).join('\n\n')}\n`;
}

/** What is declared where nothing is written. */
function isAction(action: string): boolean {
  return action !== '' && action !== 'NO ACTION';
}

function quoted(name: string): string {
  return `"${name.replace(/["\\\n\r]/g, '_')}"`;
}
