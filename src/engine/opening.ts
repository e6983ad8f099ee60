// Opens a file as far as anybody needs it: recovered with what lies beside it, for the engine that its schema asks for, and inspected.

import type { Outcome } from '../database';
import type { Refusal } from '../file/identify';
import type { Sidecars } from '../file/recovery';
import { needsOfFile, type Engines, type Needs } from './engines';
import { inspect, type Inspection } from './inspection';
import { OpenedFile, readersFor, recoverFile } from './openedFile';
import { readable, unreadableSchema } from './unreadable';

/** A file that is open, what it needs of an engine, and what was found in it. */
export interface InspectedFile {
  readonly opened: OpenedFile;
  readonly needs: Omit<Needs, 'script'>;
  readonly inspection: Inspection;
}

/** Opens a file under a name, with its sidecars. Refusals are data. */
export async function openFile(
  engines: Engines,
  { file, name, sidecars }: { readonly file: Blob; readonly name: string; readonly sidecars: Sidecars<Blob> },
  cacheBytes: number,
): Promise<Outcome<InspectedFile, Refusal>> {
  const loaded = await readersFor(sidecars);
  if (!loaded.ok) return loaded;
  const readers = loaded.value;
  const recovered = readable(() => {
    const made = recoverFile(file, { sidecars, readers }, cacheBytes);
    if (!made.ok) return made;
    const { cache, header } = made.value.recovery;
    return { ok: true, value: { ...made.value, needs: needsOfFile(cache, header) } };
  });
  if (!recovered.ok) return recovered;
  const { recovery, findings, needs } = recovered.value;
  const chosen = await engines.choose({ ...needs, script: [] });
  if (!chosen.ok) return chosen;
  const { engine, facts } = chosen.value;
  return readable((): Outcome<InspectedFile, Refusal> => {
    const opened = new OpenedFile(engine, recovery);
    return opened.using(({ database }): Outcome<InspectedFile, Refusal> => {
      const schema = database.query('SELECT count(*) FROM sqlite_schema');
      const { header } = opened;
      if (!schema.ok) return { ok: false, error: unreadableSchema(schema.error.message, header, file.size) };
      const inspection = inspect(database, { name, size: file.size, header, findings }, facts);
      return { ok: true, value: { opened, needs, inspection } };
    });
  });
}
