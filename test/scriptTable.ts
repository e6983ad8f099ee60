// Reads docs/scripts.md: the tables of what a script may hold, so that every line of them is a test.
import { readFileSync } from 'node:fs';

/** One line of a table. */
export interface DocumentedScript {
  readonly section: string;
  readonly what: string;
  readonly script: string;
  /** The cells after the script. */
  readonly cells: readonly string[];
}

const text = readFileSync('docs/scripts.md', 'utf8');

/** The script of the database that the lines are about. */
export const documentedDatabase = /```sql\n([\s\S]*?)```/.exec(text)?.[1] ?? '';

/** All lines of all tables, in order. */
export const documentedScripts: readonly DocumentedScript[] = text.split(/^## /m).flatMap((part) => {
  const [section = '', ...lines] = part.split('\n');
  // The head and the rule below it are no lines of the table.
  const rows = lines.filter((line) => line.startsWith('|')).slice(2);
  return rows.map((line) => {
    const [what = '', script = '', ...cells] = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|'));
    return { section, what, script: script.slice(1, -1).replaceAll('⏎', '\n'), cells };
  });
});
