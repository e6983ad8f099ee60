// What a run did to the pages of its input, read from the overlay that holds them.

import type { PageChanges } from '../migration/proofs/pageProof';
import type { Overlay } from './pages/overlay';

/** The overlay's changes against its source, in SQLite's page numbers. Reads each page that was written inside the source. */
export function pageChangesOf(overlay: Overlay): PageChanges {
  const { pageSize } = overlay;
  return {
    pageSize,
    inputPages: Math.ceil(overlay.source.size / pageSize),
    resultPages: Math.ceil(overlay.size / pageSize),
    // The overlay counts pages from 0, SQLite from 1.
    changed: overlay.changedPages().map((page) => page + 1),
  };
}
