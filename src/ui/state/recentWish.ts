// Whether the user wants this browser to keep which files were opened last.

const WANTED = 'drydock.recent-files';

/** Whether it was turned on. */
export function wantsRecentFiles(): boolean {
  try {
    return localStorage.getItem(WANTED) !== null;
  } catch {
    // A browser may keep nothing for a page.
    return false;
  }
}

/** Turns it on or off, for this browser. */
export function wantRecentFiles(wanted: boolean): void {
  try {
    if (wanted) localStorage.setItem(WANTED, '1');
    else localStorage.removeItem(WANTED);
  } catch {
    // As above.
  }
}
