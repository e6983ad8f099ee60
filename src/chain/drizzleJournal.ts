// Drizzle's journal (`meta/_journal.json`): which files it runs, in which order, and the time by which it knows each.

/** By the file's name without `.sql`: its place in the order, and milliseconds since 1970. */
export type DrizzleJournal = ReadonlyMap<string, { readonly place: number; readonly when: number }>;

/**
 * Reads a journal as drizzle-kit writes it: `{ "entries": [{ "idx": 0, "when": 1700000000000, "tag": "0000_name" }] }`
 * (https://orm.drizzle.team/docs/drizzle-kit-generate). Null where the text is none: the numbers in the names decide then.
 */
export function readJournal(text: string): DrizzleJournal | null {
  try {
    const journal: unknown = JSON.parse(text);
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
