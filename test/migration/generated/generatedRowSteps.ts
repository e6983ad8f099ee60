// The steps of a generated script that write, change and delete rows.
import type { Dice } from './dice';
import {
  anyInsert,
  anyTable,
  anyValue,
  freshName,
  sparingReals,
  written,
  type Known,
  type KnownColumn,
  type KnownTable,
} from './generatedSchemas';
import { rowStep, schemaStep, type Make } from './generatedStep';

/** By what they do. */
export const ROW_STEPS: Readonly<Record<string, Make>> = {
  insert: (dice, known) => {
    if (known.tables.length === 0) return null;
    const clause = dice.of(['INSERT', 'INSERT OR IGNORE', 'INSERT OR REPLACE', 'REPLACE']);
    return rowStep(anyInsert(dice, dice.of(known.tables), clause), known);
  },
  'insert what another table holds': (dice, known) => {
    const [table, column] = tableAndColumn(dice, known);
    if (!table || !column || table.strict || table.columns.some(({ named }) => named)) return null;
    const from = dice.of(known.tables);
    const value = sparingReals(written(dice, dice.of(from.columns).name));
    // In an order of their own, since rows are numbered as they come.
    const sql = `INSERT OR IGNORE INTO ${written(dice, table.name)}(${written(dice, column.name)}) SELECT ${value} FROM ${written(dice, from.name)} ORDER BY 1 COLLATE BINARY`;
    return rowStep(sql, known);
  },
  'build a table anew': (dice, known, number) => {
    const [old] = tableAndColumn(dice, known);
    if (!old || old.columns.some(({ named }) => named)) return null;
    const name = freshName(dice, number);
    const { sql, table } = anyTable(dice, name);
    const [to, from] = [table.columns.find(({ generated, name }) => !generated && name !== 'id'), dice.of(old.columns)];
    if (!to) return null;
    const [fresh, was] = [written(dice, name), written(dice, old.name)];
    const copy = `INSERT OR IGNORE INTO ${fresh}(${written(dice, to.name)}) SELECT ${sparingReals(written(dice, from.name))} FROM ${was} ORDER BY 1 COLLATE BINARY`;
    const steps = [
      schemaStep(sql, known),
      rowStep(copy, known),
      schemaStep(`DROP TABLE ${was}`, known),
      schemaStep(`ALTER TABLE ${fresh} RENAME TO ${was}`, known),
    ].flatMap((taken) => taken.steps);
    const tables = known.tables.map((one) => (one === old ? { ...table, name: old.name } : one));
    return { steps, then: { ...known, tables } };
  },
  update: (dice, known) => {
    const [table, column] = tableAndColumn(dice, known);
    if (!table || !column) return null;
    const [name, value] = [written(dice, column.name), anyValue(dice, column.type, table.strict)];
    const where = dice.of(['', ` WHERE typeof(${name}) = 'text'`, ` WHERE ${name} IS NULL`]);
    return rowStep(`UPDATE ${written(dice, table.name)} SET ${name} = ${value}${where}`, known);
  },
  delete: (dice, known) => {
    const [table, column] = tableAndColumn(dice, known);
    if (!table || !column) return null;
    const where = dice.of([
      ` WHERE ${written(dice, column.name)} IS NULL`,
      ` WHERE typeof(${written(dice, column.name)}) = 'integer'`,
      '',
    ]);
    return rowStep(`DELETE FROM ${written(dice, table.name)}${where}`, known);
  },
};

function tableAndColumn(dice: Dice, known: Known): readonly [KnownTable | null, KnownColumn | null] {
  if (known.tables.length === 0) return [null, null];
  const table = dice.of(known.tables);
  const writable = table.columns.filter(({ generated, name }) => !generated && name !== 'id');
  return [table, writable.length === 0 ? null : dice.of(writable)];
}
