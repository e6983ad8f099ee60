// A file whose indexes alone are wrong is not called damaged: its rows are sound, and REINDEX mends it; damage of pages stays damage.
import { expect, it } from 'vitest';
import { checkIntegrity } from '../../../src/migration/proofs/integrity';
import { proveIntegrity } from '../../../src/migration/proofs/schemaProofs';
import { askNative, migrate, nativeDatabase, withDatabase } from '../../databases';

/** An index that was built on other columns than it says now. */
const stale =
  nativeDatabase(`CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 10), (2, 20), (3, 30); CREATE INDEX i ON t (a);
  PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t (b)' WHERE name = 'i';`);

it('Faults of an index alone are a warning that names REINDEX, before and after a run', () => {
  expect(askNative(stale, 'PRAGMA integrity_check')).toContain('missing from index i');
  const { proofs } = migrate(stale, 'ALTER TABLE t ADD COLUMN c').result;
  for (const code of ['integrity-before', 'integrity-reopened']) {
    const proof = proofs.find((one) => one.code === code);
    expect(proof?.result, code).toBe('warn');
    expect(proof?.sentence, code).toContain('Run REINDEX');
    expect(proof?.sentence, code).toContain('index i');
  }
});

it('REINDEX in the script mends them, and the result passes', () => {
  const { result, bytes } = migrate(stale, 'REINDEX i');
  expect(askNative(bytes, 'PRAGMA integrity_check')).toBe('ok');
  expect(result.proofs.find(({ code }) => code === 'integrity-reopened')?.result).toBe('pass');
});

it('Faults of an index that the run brings about are a failure', () => {
  const sound = nativeDatabase(
    'CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 10), (2, 20); CREATE INDEX i ON t (a);',
  );
  const script = `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t (b)' WHERE name = 'i';`;
  const { result, bytes } = migrate(sound, script);
  expect(askNative(bytes, 'PRAGMA integrity_check')).not.toBe('ok');
  expect(result.proofs.find(({ code }) => code === 'integrity-reopened')?.result).toBe('fail');
});

it('Rows that break a constraint are told as such', () => {
  const broken = nativeDatabase(
    'CREATE TABLE t (a, CHECK (a > 0)); PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES (-1);',
  );
  expect(askNative(broken, 'PRAGMA integrity_check')).toBe('CHECK constraint failed in t');
  const proof = withDatabase(broken, (database) => proveIntegrity('integrity-before', checkIntegrity(database, [])));
  expect(proof.result).toBe('warn');
  expect(proof.sentence).toContain('Some rows break a constraint of their table');
});

it('The last bit of a number that an index computes is no fault', () => {
  const complaint = 'index i stores an imprecise floating-point value for row 2';
  const integrity = { check: 'integrity_check', complaints: [complaint], unchecked: new Map() } as const;
  expect(proveIntegrity('integrity-before', integrity).result).toBe('pass');
});

it('Damage of a page stays a failure, also beside faults of an index', () => {
  const damaged = new Uint8Array(
    nativeDatabase(`CREATE TABLE t (a, b); CREATE INDEX i ON t (a);
      WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000) INSERT INTO t SELECT x, hex(x) FROM n;`),
  );
  // No kind of page begins with this byte. Damage inside of a page would let native sqlite3 read memory that it never wrote, and say now this, now that.
  damaged[4 * 4096] = 0x63;
  expect(() => askNative(damaged, 'PRAGMA integrity_check')).toThrow('database disk image is malformed');
  const proof = withDatabase(damaged, (database) => proveIntegrity('integrity-before', checkIntegrity(database, [])));
  expect(proof.result).toBe('fail');
});
