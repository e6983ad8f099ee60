// The journal of Drizzle, in which it keeps the order of its files and the time of each.

/** By the file's name without `.sql`: its place in the order, and milliseconds since 1970. */
export type DrizzleJournal = ReadonlyMap<string, { readonly place: number; readonly when: number }>;

/**
 * Reads a journal as drizzle-kit writes it: `{ "entries": [{ "idx": 0, "when": 1700000000000, "tag": "0000_name" }] }`
 * (https://orm.drizzle.team/docs/drizzle-kit-generate). Null where the text is none: the numbers in the names decide then.
 */
export function readJournal(text: string): DrizzleJournal | null {
  try {
    const journal: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const entries =
      isRecord(journal) && Array.isArray(journal.entries) ? (journal.entries as readonly unknown[]) : null;
    if (entries === null) return null;
    return new Map(
      entries.flatMap((entry, place) =>
        isRecord(entry) && typeof entry.tag === 'string'
          ? [[entry.tag, { place, when: typeof entry.when === 'number' ? entry.when : 0 }] as const]
          : [],
      ),
    );
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The name by which the journal calls a file. */
export function tagOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.sql$/i, '');
}

/** The time in the name of a folder, as Drizzle reads it since its version 1; null where it has none. */
export function millisecondsOf(version: string): number | null {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(version) ?? [];
  if (year === '') return null;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}
