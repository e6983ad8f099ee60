// Databases and scripts for the tests inside the browser, made by the engine that is tested.
import { EngineClient } from '../../src/engine/worker/client';
import type { Ahead } from '../../src/ui/state/workbench.svelte';

/** For a workbench that rehearses nothing before it is asked to. */
export const NO_ROOM: Ahead = { client: new EngineClient(), room: { refuses: () => 'There is no room in this test.' } };

/** A database that the engine makes of a script, as a file of the user. */
export async function databaseOf(sql: string, name = 'test.db'): Promise<File> {
  const client = new EngineClient();
  const made = await client.engine.makeSample(sql, '', 'all');
  client.cancel();
  if (!made.ok) throw new Error(made.error.sentence);
  return new File([made.value], name);
}

/** A script as a file of the user. */
export function scriptOf(sql: string, name = 'script.sql'): File {
  return new File([sql], name);
}

/** SQL that makes a table `t` with a number and a text in each row. */
export function tableOf(rows: number): string {
  return `CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      INSERT INTO t SELECT i, 'text ' || i FROM n;`;
}

/** A script that no engine ever comes to the end of. */
export const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;';

/** SHA-256 of a Blob, by the browser's own implementation. */
export async function sha256(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
