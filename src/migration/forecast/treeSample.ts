// A look into a b-tree by a few of its pages: about how large it is, and which rows lie on some of its leaves.

import { childrenOf, readBtreePage, type BtreeKind, type BtreePage } from '../../file/btreePage';
import { damaged, type Intact } from '../../file/damage';
import type { PagedFile } from '../../file/pagedFile';
import { ByteCursor, keyLiterals } from './recordKey';
import { layPayload } from './storageModel';

/** A row that lies on a leaf that was read. */
export interface SampledRow {
  /** The rowid, or the columns of the primary key of a table WITHOUT ROWID, as SQL literals. */
  readonly key: readonly string[];
  /** Bytes of its record. */
  readonly payload: number;
  readonly overflowPages: number;
}

/** What a few pages of a b-tree tell of it. Figures are estimates, unless `exact`. */
export interface TreeSample {
  readonly kind: BtreeKind;
  readonly leaves: number;
  /** Leaves and interior pages. */
  readonly pages: number;
  readonly overflowPages: number;
  /** Rows. */
  readonly entries: number;
  /** Mean bytes of a record. */
  readonly payload: number;
  /** Some rows of each leaf that was read, those of different leaves taking turns. */
  readonly rows: readonly SampledRow[];
  /** All pages of the tree were read. */
  readonly exact: boolean;
}

/** More rows than this are not asked for: a sample of so many is right to about a twentieth. */
const ROWS = 400;
/** As many times more are read of each leaf, since it is known only afterwards which leaves hold more rows than others. */
const SPARE = 4;
/** SQLite's own limit on the levels of a tree (BTCURSOR_MAX_DEPTH). */
const DEEPEST = 20;

/**
 * Looks into the b-tree that begins on page `root`, by `pagesOfLevel` pages of each of its levels at most, evenly spread
 * over it. How many pages a level has is told from how many children those have that were read above it; so even a file
 * of 10 GB takes some dozen reads. (`measureBtree` counts the leaves, and reads every interior page for that.)
 * @param keyColumns how many columns the primary key of a table WITHOUT ROWID has; other tables are asked by rowid
 */
export function sampleTree(
  file: PagedFile,
  root: number,
  pagesOfLevel: number,
  keyColumns: number,
): Intact<TreeSample> {
  let [level, count, interior, exact]: [readonly number[], number, number, boolean] = [[root], 1, 0, true];
  if (!file.mayPointTo(root)) return damaged(root, 'root out of place');
  for (let depth = 1; depth <= DEEPEST; depth++) {
    const children: number[] = [];
    const leaves: Leaf[] = [];
    for (const page of level) {
      const read = readBtreePage(file, page);
      if (!read.ok) return read;
      if (read.value.leaf) {
        leaves.push(readLeaf(read.value, keyColumns, Math.ceil((SPARE * ROWS) / level.length)));
        continue;
      }
      const below = childrenOf(read.value);
      if (!below.ok) return below;
      const astray = below.value.find((child) => !file.mayPointTo(child));
      if (astray !== undefined) return damaged(page, 'points out of place');
      children.push(...below.value);
    }
    if (leaves.length > 0 && children.length > 0) return damaged(root, 'uneven depth');
    if (leaves.length > 0) return { ok: true, value: summarise(leaves, count, interior, exact) };
    interior += count;
    count = Math.round((count * children.length) / level.length);
    exact &&= children.length <= pagesOfLevel;
    level = evenly(children, pagesOfLevel);
  }
  return damaged(root, 'too deep');
}

/** Of a list at most `most`, from the middles of equal shares of it. */
export function evenly<Item>(list: readonly Item[], most: number): readonly Item[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_none, share) =>
    Math.floor(((2 * share + 1) * list.length) / (2 * most)),
  ).flatMap((at) => list.slice(at, at + 1));
}

/** The golden ratio: its multiples fall everywhere between whole numbers, and no two near to each other. */
const GOLDEN = 0.6180339887;

/**
 * Of the numbers below `length` at most `most`, one from anywhere in each of equal shares: every second row, say, may be of
 * another kind than its neighbours, and must not be all that is taken. The same `seed` gives the same numbers.
 */
function scattered(length: number, most: number, seed: number): readonly number[] {
  if (length <= most) return Array.from({ length }, (_none, at) => at);
  return Array.from({ length: most }, (_none, share) =>
    Math.floor(((share + (((share + seed) * GOLDEN) % 1)) * length) / most),
  );
}

/** What a leaf holds, and some of its rows. */
interface Leaf {
  readonly kind: BtreeKind;
  readonly cells: number;
  readonly payload: number;
  readonly overflowPages: number;
  readonly rows: readonly SampledRow[];
}

function summarise(leaves: readonly Leaf[], count: number, interior: number, exact: boolean): TreeSample {
  const ofAll = (figure: (leaf: Leaf) => number): number => leaves.reduce((sum, leaf) => sum + figure(leaf), 0);
  const kind = leaves[0]?.kind ?? 'table';
  const cells = ofAll((leaf) => leaf.cells);
  const scale = count / leaves.length;
  // Between any two leaves of an index, and so of a table WITHOUT ROWID, lies a row on an interior page.
  const above = kind === 'index' ? count - 1 : 0;
  // Of each leaf the same share: where rows are long there are few of them.
  const share = Math.min(1, ROWS / Math.max(1, cells));
  const chosen = leaves.map(({ cells: own, rows }, at) =>
    scattered(rows.length, Math.max(1, Math.round(own * share)), at).flatMap((row) => rows.slice(row, row + 1)),
  );
  const rounds = Math.max(...chosen.map((rows) => rows.length));
  return {
    kind,
    leaves: count,
    pages: count + interior,
    overflowPages: Math.round(ofAll((leaf) => leaf.overflowPages) * scale),
    entries: Math.round(cells * scale) + above,
    payload: cells === 0 ? 0 : ofAll((leaf) => leaf.payload) / cells,
    rows: Array.from({ length: rounds }, (_none, round) =>
      chosen.flatMap((rows) => rows.slice(round, round + 1)),
    ).flat(),
    exact,
  };
}

/** Reads the cells of a leaf, and the keys of `most` of them; a cell that does not hold together is no row, but counts. */
function readLeaf(leaf: BtreePage, keyColumns: number, most: number): Leaf {
  const { bytes, cells, cellPointers, kind, usable } = leaf;
  const cursorAt = (cell: number): ByteCursor =>
    new ByteCursor(bytes, bytes.getUint16(cellPointers + 2 * cell), usable);
  let [payloads, overflow] = [0, 0];
  for (let cell = 0; cell < cells; cell++) {
    const payload = cursorAt(cell).size();
    if (payload > LARGEST_PAYLOAD) continue;
    payloads += payload;
    overflow += layPayload(payload, kind, usable).overflowPages;
  }
  const rows = scattered(cells, most, leaf.page).flatMap((cell): SampledRow[] => {
    const cursor = cursorAt(cell);
    const payload = cursor.size();
    if (payload > LARGEST_PAYLOAD) return [];
    const { local, overflowPages } = layPayload(payload, kind, usable);
    const key =
      kind === 'table' ? [String(BigInt.asIntN(64, cursor.varint()))] : keyLiterals(cursor, local, keyColumns);
    return key === null ? [] : [{ key, payload, overflowPages }];
  });
  return { kind, cells, payload: payloads, overflowPages: overflow, rows };
}

/** SQLite allows no larger row than this. */
const LARGEST_PAYLOAD = 0x7fffffff;
