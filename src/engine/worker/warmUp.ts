// Runs the engine and the planner before they are needed: code that has run before is compiled, and runs several times as fast.
// A browser compiles WebAssembly function by function as it is called, and what is called often once more, and better.

import { keepNoLosses } from '../../migration/run/lossAccount';
import { planMigration } from '../../migration/run/plan';
import { DEFAULT_CHOICES } from '../../migration/outcome';
import { splitScript } from '../../script/split';
import { readSchema } from '../../schema/read';
import { inspect } from '../inspection';
import { Overlay } from '../pages/overlay';
import { sourceOfBytes } from '../../file/byteSource';
import { readHeader } from '../../file/header';
import type { Engine } from '../engine';
import { factsOf } from '../engineFacts';

const DATABASE = `
  CREATE TABLE parent(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, at TEXT DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE child(id TEXT PRIMARY KEY, parent INTEGER REFERENCES parent(id), amount REAL, CHECK (amount >= 0));
  CREATE INDEX child_parent ON child(parent);
  CREATE VIEW totals AS SELECT name, sum(amount) AS total FROM parent JOIN child ON child.parent = parent.id GROUP BY name;
  CREATE TRIGGER touched AFTER UPDATE ON parent BEGIN UPDATE child SET amount = amount WHERE parent = new.id; END;
  INSERT INTO parent(name) VALUES ('a'), ('b'), ('c');
  INSERT INTO child SELECT hex(randomblob(8)), id, id FROM parent`;
const SCRIPT = `
  ALTER TABLE parent ADD COLUMN note TEXT; -- a note
  ALTER TABLE parent ADD COLUMN created TEXT DEFAULT (datetime('now'));
  ALTER TABLE child ADD COLUMN amount REAL;
  CREATE INDEX IF NOT EXISTS parent_note ON parent(note);
  CREATE INDEX IF NOT EXISTS child_parent ON child(parent);
  CREATE UNIQUE INDEX IF NOT EXISTS child_both ON child(parent, id);
  CREATE TABLE IF NOT EXISTS more(id INTEGER PRIMARY KEY, child TEXT REFERENCES child(id), UNIQUE (child));
  CREATE TABLE IF NOT EXISTS parent(id INTEGER PRIMARY KEY);
  CREATE INDEX IF NOT EXISTS more_child ON more(child, id DESC)`;

/** A small database, and a script for it. */
export function makeSmallDatabase(engine: Engine): { readonly bytes: Uint8Array; readonly script: string } {
  const base = splitScript(DATABASE);
  if (!base.ok) throw new Error('The script of the warm-up cannot be split');
  const bytes = engine.build((database) => {
    for (const { text } of base.statements) database.execute(text);
  });
  return { bytes, script: SCRIPT };
}

/** Inspects and plans a small database. It leaves nothing behind. */
export function warmUp(engine: Engine): void {
  const { bytes, script } = makeSmallDatabase(engine);
  const split = splitScript(script);
  if (!split.ok) throw new Error('The script of the warm-up cannot be split');
  const header = readHeader(bytes);
  if (!header.ok) throw new Error('The database of the warm-up has no header');
  const database = engine.open(new Overlay(sourceOfBytes(bytes), header.value.pageSize));
  inspect(
    database,
    readSchema(database),
    { name: 'warm-up', size: bytes.length, header: header.value, findings: [] },
    factsOf(engine),
  );
  planMigration(database, split.statements, DEFAULT_CHOICES, { losses: keepNoLosses });
  database.close();
}
