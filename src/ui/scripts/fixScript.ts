// Puts a fix of a warning into a copy of the chosen script, which is then planned like any script of the user's own.

import { applyFix } from '../../migration/rules/fix';
import type { Fix } from '../../migration/warning';
import { partsOf } from '../../script/statement';
import type { Workbench } from '../state/workbench.svelte';
import { OwnScripts } from '../state/ownScripts.svelte';

/** Plans a copy of the chosen script with the fix in it. A migration of the catalog stays as it is; files on the disk do, too. */
export async function planFixed(workbench: Workbench, fix: Fix): Promise<void> {
  const { chosen, own, isOwn } = workbench.scripts;
  const { planned } = workbench;
  if (!chosen || !planned) return;
  const parts = partsOf(applyFix(chosen.text, planned.statements, fix));
  if (isOwn && own) {
    await workbench.changeOwn((scripts) => {
      for (const { name, text } of parts) {
        const path = name ?? scripts.taken[0]?.path;
        if (path !== undefined && scripts.files.some((file) => file.path === path)) scripts.edit(path, text);
      }
    });
  } else {
    const path = `${chosen.id ?? 'script'}.fixed.sql`;
    await workbench.takeScripts(new OwnScripts(parts.map(({ name, text }) => ({ path: name ?? path, text }))));
  }
}
