// Reads what lies beside the page in the folder of migrations. A build that is one file has another module in the place of this one.

import type { ReadCatalogFile } from '../../catalog/catalog';

/** Reads a file of the catalog's folder. Rejects when the server does not give it. */
export const readMigrationFile: ReadCatalogFile = async (path) => {
  const response = await fetch(new URL(`migrations/${path}`, document.baseURI));
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.text();
};
