// The measure of a b-tree: its pages, counted from its interior pages, and what it holds, estimated from some of its leaves.

import { walkBtree } from './btree';
import { overflowChainsOf, readBtreePage, type BtreeKind, type BtreePage } from './btreePage';
import { damaged, type Intact } from './damage';
import type { Header } from './header';
import { PagedFile, type PageReader } from './pagedFile';
import { PageSet } from './pageSet';

/** The size of a b-tree. */
export interface BtreeMeasure {
  readonly kind: BtreeKind;
  /** Pages of the tree: leaves and interior pages, without overflow pages. */
  readonly pages: number;
  readonly leaves: number;
  readonly interior: number;
  /** Levels; 1 where the root is the only page. */
  readonly depth: number;
  /** Rows of a table, entries of an index. An estimate, unless `exact`. */
  readonly entries: number;
  /** Pages of the overflow chains. An estimate, unless `exact`. */
  readonly overflowPages: number;
  readonly sampledLeaves: number;
  /** All leaves were read, so that nothing is estimated. */
  readonly exact: boolean;
}

/** What lies on pages of a b-tree. */
interface Content {
  readonly entries: number;
  readonly overflowPages: number;
}

const NOTHING: Content = { entries: 0, overflowPages: 0 };

/**
 * Measures the b-tree that begins on page `root`. Reads its interior pages and `sampleLeaves` of its leaves (1 at least),
 * spread evenly over it; the same file gives the same figures. Damage elsewhere in the tree goes unnoticed.
 */
export function measureBtree(
  reader: PageReader,
  header: Header,
  root: number,
  sampleLeaves: number,
): Intact<BtreeMeasure> {
  const file = new PagedFile(reader, header);
  const sample = new EvenSample(Math.max(1, Math.floor(sampleLeaves)));
  let [leaves, interior, depth] = [0, 0, 1];
  // The entries on interior pages of an index stand there alone, so they count; those of a table are none.
  let above = NOTHING;
  for (const step of walkBtree(file, root, new PageSet())) {
    if (step.kind === 'damage') return { ok: false, error: step.damage };
    if (step.kind === 'interior') {
      const content = contentOf(step.interior);
      if (!content.ok) return content;
      above = sum(above, content.value);
      interior++;
    } else {
      leaves += step.pages.length;
      depth = step.depth;
      for (const page of step.pages) sample.offer(page);
    }
  }
  const sampled = sample.take();
  let below = NOTHING;
  let kind: BtreeKind = 'table';
  for (const page of sampled) {
    const leaf = readBtreePage(file, page);
    if (!leaf.ok) return leaf;
    if (!leaf.value.leaf) return damaged(page, 'uneven depth');
    const content = contentOf(leaf.value);
    if (!content.ok) return content;
    below = sum(below, content.value);
    kind = leaf.value.kind;
  }
  const ofAllLeaves = (figure: number) => Math.round((figure * leaves) / sampled.length);
  return {
    ok: true,
    value: {
      ...{ kind, pages: leaves + interior, leaves, interior, depth },
      entries: above.entries + ofAllLeaves(below.entries),
      overflowPages: above.overflowPages + ofAllLeaves(below.overflowPages),
      sampledLeaves: sampled.length,
      exact: sampled.length === leaves,
    },
  };
}

function contentOf(tree: BtreePage): Intact<Content> {
  const chains = overflowChainsOf(tree);
  if (!chains.ok) return chains;
  const overflowPages = chains.value.reduce((pages, chain) => pages + chain.pages, 0);
  return { ok: true, value: { entries: tree.kind === 'table' && !tree.leaf ? 0 : tree.cells, overflowPages } };
}

function sum(one: Content, other: Content): Content {
  return { entries: one.entries + other.entries, overflowPages: one.overflowPages + other.overflowPages };
}

/** Candidates that are kept for each page of a sample. */
const CANDIDATES = 32;

/** So many pages out of a row of unknown length, evenly spread: keeps each 2ⁿth, for an n that grows with the row. */
class EvenSample {
  readonly #size: number;
  #kept: number[] = [];
  #stride = 1;
  #offered = 0;

  constructor(size: number) {
    this.#size = size;
  }

  offer(page: number): void {
    if (this.#offered++ % this.#stride !== 0) return;
    this.#kept.push(page);
    if (this.#kept.length < CANDIDATES * this.#size) return;
    this.#kept = this.#kept.filter((_page, at) => at % 2 === 0);
    this.#stride *= 2;
  }

  /** The sample; all pages that were offered where they are no more than asked for. */
  take(): readonly number[] {
    const [size, kept] = [this.#size, this.#kept];
    if (kept.length <= size) return kept;
    // From the middle of equal shares: where rows grow along a table, its beginning would stand for what is denser than it.
    const middle = (share: number): number => Math.floor(((2 * share + 1) * kept.length) / (2 * size));
    return Array.from({ length: size }, (_none, share) => kept.slice(middle(share), middle(share) + 1)).flat();
  }
}
