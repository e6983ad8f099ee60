// The script to take home, saved from the built page: sqlite3 gives the same database as the download.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { nativeContents } from '../fixtures/contents';
import { receiveVisits } from './visit';

const openPage = receiveVisits();

describe('The script for sqlite3', () => {
  it('that is saved from the plan does what the run does, and is there after the run too', async () => {
    const input = nativeDatabase(readFileSync('public/migrations/samples/otc-base.sql', 'utf8'));
    const visit = await openPage();
    await visit.pick({ name: 'spine.db', content: input });
    await visit.reach('ready');
    await visit.page.locator('[data-fact=rows]').getByText('8,192').waitFor();
    const planned = await visit.downloadWith('SQL for the sqlite3 command');
    expect(planned.name).toBe('spine.upgrade.sql');
    await visit.runToTheEnd();
    const ran = await visit.downloadWith('SQL for the sqlite3 command');
    // The plan builds no index that cannot fail, so it counts fewer changes of the schema.
    const essence = (sql: Buffer): string => sql.toString().replace(/(?<=schema_version = )\d+/g, '…');
    expect(essence(ran.bytes)).toBe(essence(planned.bytes));
    const { bytes } = await visit.downloadWith('Download upgraded database');

    const folder = mkdtempSync(join(tmpdir(), 'drydock-native-'));
    try {
      const copy = join(folder, 'spine.db');
      writeFileSync(copy, input);
      execFileSync('sqlite3', ['-bail', copy], { input: planned.bytes });
      const [native, page] = nativeContents(new Uint8Array(readFileSync(copy)), new Uint8Array(bytes));
      expect(native).toEqual(page);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
