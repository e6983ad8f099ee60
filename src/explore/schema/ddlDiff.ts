// Two texts of the same thing side by side, line by line, with what differs.

/** A line of one of the texts. */
export interface DiffLine {
  readonly text: string;
  readonly differs: boolean;
  /** Offset of the first character that differs from the line on the other side, and of the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** What stands side by side; null where one text has no line for it. */
export interface DiffRow {
  readonly before: DiffLine | null;
  readonly after: DiffLine | null;
}

/** A table of more places than this is not made: what is between the equal ends then differs as a whole. */
const MAXIMAL_PLACES = 1 << 22;

/**
 * Sets two texts side by side. Lines that are equal stand beside each other, as many as there can be in their order (a
 * longest common subsequence); the lines between them are set side by side from the first.
 */
export function diffLines(before: string, after: string): readonly DiffRow[] {
  const one = before.split(/\r\n|\n/);
  const other = after.split(/\r\n|\n/);
  const rows: DiffRow[] = [];
  let [at, atOther] = [0, 0];
  for (const [equal, equalOther] of [...equalLines(one, other), [one.length, other.length] as const]) {
    const between = Math.max(equal - at, equalOther - atOther);
    for (let step = 0; step < between; step++) {
      const line = at + step < equal ? one[at + step] : undefined;
      const beside = atOther + step < equalOther ? other[atOther + step] : undefined;
      rows.push({ before: differing(line, beside), after: differing(beside, line) });
    }
    const same = one[equal];
    if (same !== undefined) {
      const line = { text: same, differs: false, from: 0, to: 0 };
      rows.push({ before: line, after: line });
    }
    [at, atOther] = [equal + 1, equalOther + 1];
  }
  return rows;
}

function differing(line: string | undefined, beside: string | undefined): DiffLine | null {
  if (line === undefined) return null;
  const other = beside ?? '';
  const shorter = Math.min(line.length, other.length);
  let start = 0;
  while (start < shorter && line[start] === other[start]) start++;
  let end = 0;
  while (end < shorter - start && line.at(-1 - end) === other.at(-1 - end)) end++;
  return { text: line, differs: true, from: start, to: line.length - end };
}

/** Places of equal lines in both, ascending. */
function equalLines(one: readonly string[], other: readonly string[]): readonly (readonly [number, number])[] {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start++;
  let end = 0;
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  const middle = longestCommon(one.slice(start, one.length - end), other.slice(start, other.length - end));
  return [
    ...Array.from({ length: start }, (_, at) => [at, at] as const),
    ...middle.map(([at, atOther]) => [at + start, atOther + start] as const),
    ...Array.from({ length: end }, (_, at) => [one.length - end + at, other.length - end + at] as const),
  ];
}

/** The textbook's table: how many lines are common from each pair of places on. */
function longestCommon(one: readonly string[], other: readonly string[]): readonly (readonly [number, number])[] {
  const width = other.length + 1;
  if (one.length * width > MAXIMAL_PLACES) return [];
  const common = new Uint32Array((one.length + 1) * width);
  const value = (at: number, atOther: number): number => common[at * width + atOther] ?? 0;
  for (let at = one.length - 1; at >= 0; at--) {
    for (let atOther = other.length - 1; atOther >= 0; atOther--) {
      common[at * width + atOther] =
        one[at] === other[atOther]
          ? value(at + 1, atOther + 1) + 1
          : Math.max(value(at + 1, atOther), value(at, atOther + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let [at, atOther] = [0, 0];
  while (at < one.length && atOther < other.length) {
    if (one[at] === other[atOther]) pairs.push([at++, atOther++]);
    else if (value(at + 1, atOther) >= value(at, atOther + 1)) at++;
    else atOther++;
  }
  return pairs;
}
