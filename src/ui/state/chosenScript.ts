// The script that is planned and run, whoever wrote it.

import type { History } from '../../chain/history';
import type { DesiredSchema } from '../../migration/proofs/reachesTarget';
import type { Script } from '../../script/statement';

/** A migration of the catalog, or what the user brought. */
export interface ChosenScript {
  /** Catalog id, or null for the user's own. */
  readonly id: string | null;
  readonly title: string;
  readonly summary: string;
  readonly text: Script;
  /** The schema that it was written to reach; the result is compared with it. */
  readonly desired?: DesiredSchema;
  /** What of it is run on a database that has recorded this as applied; left out where all of it is run on any. */
  readonly textFor?: (histories: readonly History[]) => Script;
}
