// In which order the plan lists its statements, which the browser keeps where the user has chosen.

/** As the script has them, or by the tables that they are about. */
export type StatementOrder = 'statements' | 'tables';

const BY_TABLE = 'drydock.by-table';

/** The order that was chosen last; that of the script where none was. */
export function lastOrder(): StatementOrder {
  try {
    return localStorage.getItem(BY_TABLE) === null ? 'statements' : 'tables';
  } catch {
    // A browser may keep nothing for a page.
    return 'statements';
  }
}

/** Keeps the order that the user chose, for this browser. */
export function keepOrder(order: StatementOrder): void {
  try {
    if (order === 'tables') localStorage.setItem(BY_TABLE, '1');
    else localStorage.removeItem(BY_TABLE);
  } catch {
    // As above.
  }
}
