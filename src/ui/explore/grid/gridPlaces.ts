// Places in a grid: which columns are in sight, and where a key leads.

/** A cell; the header is the row -1. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** A column with its place, in pixels from the first one. */
export interface PlacedColumn {
  readonly column: number;
  readonly start: number;
  readonly width: number;
}

/** Columns side by side. */
export interface PlacedColumns {
  readonly width: number;
  startOf(column: number): number;
  widthOf(column: number): number;
  /** Those that are, even partly, between two places. */
  within(start: number, end: number): readonly PlacedColumn[];
}

/** Places columns of these widths. */
export function placeColumns(widths: readonly number[]): PlacedColumns {
  const starts: number[] = [];
  let total = 0;
  for (const width of widths) {
    starts.push(total);
    total += width;
  }
  const startOf = (column: number): number => starts[column] ?? total;
  const widthOf = (column: number): number => widths[column] ?? 0;
  const within = (start: number, end: number): readonly PlacedColumn[] => {
    let low = 0;
    let high = widths.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (startOf(middle) + widthOf(middle) <= start) low = middle + 1;
      else high = middle;
    }
    const placed: PlacedColumn[] = [];
    for (let column = low; column < widths.length && startOf(column) < end; column++) {
      placed.push({ column, start: startOf(column), width: widthOf(column) });
    }
    return placed;
  };
  return { width: total, startOf, widthOf, within };
}

/** Where a key leads from a cell, or null where it is no key of the grid (https://www.w3.org/WAI/ARIA/apg/patterns/grid/). */
export function keyTarget(
  { key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  { row, column }: Place,
  { rows, columns, page }: { readonly rows: number; readonly columns: number; readonly page: number },
): Place | null {
  const far = ctrlKey || metaKey;
  if (altKey) return null;
  const to = (nextRow: number, nextColumn: number): Place => ({
    row: Math.max(-1, Math.min(rows - 1, nextRow)),
    column: Math.max(0, Math.min(columns - 1, nextColumn)),
  });
  switch (key) {
    case 'ArrowUp':
      return to(far ? 0 : row - 1, column);
    case 'ArrowDown':
      return to(far ? rows - 1 : row + 1, column);
    case 'ArrowLeft':
      return to(row, far ? 0 : column - 1);
    case 'ArrowRight':
      return to(row, far ? columns - 1 : column + 1);
    case 'PageUp':
      return to(Math.max(0, row - page), column);
    case 'PageDown':
      return to(row + page, column);
    case 'Home':
      return to(far ? 0 : row, 0);
    case 'End':
      return to(far ? rows - 1 : row, columns - 1);
    default:
      return null;
  }
}
