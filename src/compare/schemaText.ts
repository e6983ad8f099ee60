// A schema as text, to be edited and to be run.

import type { Schema } from '../schema/schema';
import { ended } from '../script/ended';
import { isCompared } from './pairing';

/** A schema as text, to be edited: all objects but those of SQLite itself, each to the letter, in their order. */
export function textOfSchema({ relations, indexes, triggers }: Schema): string {
  const texts = [...relations.filter(isCompared), ...indexes, ...triggers].flatMap(({ sql }) => sql ?? []);
  return texts.map((sql) => `${ended(sql)}\n`).join('\n');
}
