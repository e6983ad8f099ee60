// The script that is planned and run, whoever wrote it.

import type { History } from '../../chain/history';
import type { Script } from '../../script/statement';

/** A migration of the catalog, or what the user brought. */
export interface ChosenScript {
  /** Catalog id, or null for the user's own. */
  readonly id: string | null;
  readonly title: string;
  readonly summary: string;
  readonly text: Script;
  /** What of it is run on a database that has recorded this as applied; left out where all of it is run on any. */
  readonly textFor?: (histories: readonly History[]) => Script;
}
