// The pages of a b-tree in the order of its rows, and a file whose b-trees are read.

import { PageSet, walkBtree } from './btree';
import { readInto, type ByteSource } from './byteSource';
import type { Header } from './header';
import { PagedFile } from './pagedFile';

/** A database file: its bytes and what its header says of them. */
export interface DatabaseFile {
  readonly source: ByteSource;
  readonly header: Header;
}

/** Pages are damaged: what the rows are, only SQLite can say. */
export class TreeDamaged extends Error {
  override readonly name = 'TreeDamaged';
}

/** Stands for all cells of a leaf. */
export const ALL_CELLS = -1;

/** The pages of a b-tree with rows, in the order of its rows. */
export interface TreePages {
  /** Each leaf, and between two leaves of an index the interior page whose cell comes there. */
  readonly pages: readonly number[];
  /** Which cell of the page at this place it is; ALL_CELLS for leaves. */
  readonly cells: readonly number[];
}

/** A file whose b-trees are read; each page is there until the next one is asked for. */
export function pagedFileOf({ source, header }: DatabaseFile): PagedFile {
  const { pageSize } = header;
  const bytes = new Uint8Array(pageSize);
  return new PagedFile(
    {
      pageCount: Math.floor(source.size / pageSize),
      read: (page) => bytes.subarray(0, readInto(source, bytes, 0, (page - 1) * pageSize, pageSize)),
    },
    header,
  );
}

/** Reads the interior pages of a b-tree. Throws TreeDamaged. */
export function pagesOfTree(file: PagedFile, root: number): TreePages {
  const pages: number[] = [];
  const cells: number[] = [];
  const add = (page: number, cell: number): void => {
    pages.push(page);
    cells.push(cell);
  };
  /** The way down: at each interior page the child that comes next. A cell lies between two children. */
  const path: { readonly page: number; readonly children: number; readonly hasRows: boolean; next: number }[] = [];
  const enter = (): void => {
    const above = path.at(-1);
    if (!above) return;
    if (above.next > 0 && above.hasRows) add(above.page, above.next - 1);
    above.next++;
  };
  for (const step of walkBtree(file, root, new PageSet())) {
    if (step.kind === 'damage') throw new TreeDamaged(`page ${step.damage.page}: ${step.damage.reason}`);
    while ((path.at(-1)?.next ?? 0) >= (path.at(-1)?.children ?? Infinity)) path.pop();
    if (step.kind === 'interior') {
      enter();
      const { page, cells: count, kind } = step.interior;
      path.push({ page, children: count + 1, hasRows: kind === 'index', next: 0 });
    } else {
      for (const leaf of step.pages) {
        enter();
        add(leaf, ALL_CELLS);
      }
    }
  }
  return { pages, cells };
}
