// The catalog of migrations as it lies beside the page, with every script it names.

import { readMigrationFile } from './catalogFile';
import {
  loadCatalog,
  loadMigration,
  type Catalog,
  type CatalogProblem,
  type Migration,
  type ReadCatalogFile,
} from '../../catalog/catalog';

/** All that the catalog offers, and what is wrong with the rest of it. */
export interface Migrations {
  readonly catalog: Catalog;
  readonly loaded: ReadonlyMap<string, Migration>;
  readonly problem: CatalogProblem | null;
}

/** Loads the catalog and its migrations; one that is wrong does not take the others with it. */
export async function loadMigrations(read: ReadCatalogFile = readMigrationFile): Promise<Migrations> {
  const catalog = await loadCatalog(read);
  if (!catalog.ok) return { catalog: { migrations: [] }, loaded: new Map(), problem: catalog.error };
  const { migrations } = catalog.value;
  const all = await Promise.all(migrations.map(async (entry) => [entry.id, await loadMigration(read, entry)] as const));
  const wrong = all.flatMap(([, migration]) => (migration.ok ? [] : [migration.error]));
  return {
    catalog: catalog.value,
    loaded: new Map(all.flatMap(([id, migration]) => (migration.ok ? [[id, migration.value] as const] : []))),
    problem: wrong[0] ?? null,
  };
}
