// Opens a script in the editor, as one of the user's own, and plans it.

import type { Workbench } from '../state/workbench.svelte';
import { OwnScripts } from '../state/ownScripts.svelte';

/** @param text what it begins with */
export function writeScript(workbench: Workbench, path: string, text: string): void {
  const own = new OwnScripts([{ path, text }]);
  own.editing = path;
  void workbench.takeScripts(own);
}
