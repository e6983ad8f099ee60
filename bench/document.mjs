// The place of the benchmark in docs/benchmarks.md.
import { format } from 'oxfmt';

/** Where the table stands. */
export const DOCUMENT = 'docs/benchmarks.md';

const BEGIN = '<!-- bench -->';
const END = '<!-- /bench -->';

/**
 * Lays Markdown out as the project's documents are laid out, so that the check of its format passes.
 * @param {string} markdown
 */
export async function layOut(markdown) {
  return (await format(DOCUMENT, markdown)).code;
}

/**
 * The text with what stands between the two marks replaced; null where they are missing or not in order.
 * @param {string} text
 * @param {string} markdown
 */
export function putBetweenMarks(text, markdown) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) return null;
  return `${text.slice(0, begin + BEGIN.length)}\n\n${markdown.trim()}\n\n${text.slice(end)}`;
}
