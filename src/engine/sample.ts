// Makes the sample databases of a catalog: no file of them is shipped, only the SQL that they are made of.

import { rowsOf, type Outcome } from '../database';
import { readHeader } from '../file/header';
import { keepNoLosses } from '../migration/run/lossAccount';
import { transcribe } from '../migration/run/transcript';
import { DEFAULT_CHOICES } from '../migration/outcome';
import { splitScript } from '../script/split';
import { Overlay } from './pages/overlay';
import { sourceOfBytes } from '../file/byteSource';
import type { Engine } from './engine';

/**
 * Runs `base` on an empty database, then the first `through` statements of `script`.
 * Gives the file, or the sentence of what is wrong with either script.
 */
export function makeSample(
  engine: Engine,
  base: string,
  script: string,
  through: number | 'all',
): Outcome<Blob, { readonly sentence: string }> {
  const scripts = [splitScript(base), splitScript(script)] as const;
  for (const split of scripts) if (!split.ok) return { ok: false, error: split.refusal };
  const [baseStatements, allStatements] = scripts.map((split) => (split.ok ? split.statements : []));
  const first = allStatements?.slice(0, through === 'all' ? undefined : through) ?? [];
  const failures: string[] = [];
  const bytes = engine.build((database) => {
    for (const { text, firstLine } of baseStatements ?? []) {
      const made = database.execute(text);
      if (!made.ok) failures.push(`The sample could not be made: ${made.error.message} (line ${firstLine}).`);
    }
  });
  const [failure] = failures;
  if (failure !== undefined) return { ok: false, error: { sentence: failure } };
  const header = readHeader(bytes);
  if (!header.ok || first.length === 0) return { ok: true, value: new Blob([bytes as BlobPart]) };
  const overlay = new Overlay(sourceOfBytes(bytes), header.value.pageSize);
  const database = engine.open(overlay);
  try {
    const options = { rehearsing: false, losses: keepNoLosses, now: () => 0 };
    const { complete, open, outcomes } = transcribe(database, first, DEFAULT_CHOICES, options);
    const failed = outcomes.find(({ verdict }) => verdict === 'failed');
    if (!complete) {
      const sentence = `The sample could not be migrated: statement ${failed?.ordinal ?? 0} failed, ${failed?.failure?.message ?? ''}.`;
      return { ok: false, error: { sentence } };
    }
    if (open) rowsOf(database, 'COMMIT');
    return { ok: true, value: new Blob([overlay.read(0, overlay.size) as BlobPart]) };
  } finally {
    database.close();
  }
}
