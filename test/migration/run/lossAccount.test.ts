// A script that is taken for harmless, so that nobody keeps account of it, takes nothing away.
import { describe, expect, it } from 'vitest';
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import { keepNoLosses, mayLose } from '../../../src/migration/run/lossAccount';
import { planMigration } from '../../../src/migration/run/plan';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import { documentedDatabase, documentedScripts } from '../../scriptTable';
import { migration021, nativeDatabase, statementsOf, withDatabase } from '../../databases';

const base = nativeDatabase(documentedDatabase);

describe('Scripts that are taken for harmless', () => {
  const plannable = documentedScripts.filter(({ section }) => section !== 'In the page');

  it('are told as having no loss by the account too, had it been kept', () => {
    const harmless = plannable.flatMap(({ script }) => {
      try {
        const statements = statementsOf(script);
        return mayLose(statements) ? [] : [statements];
      } catch {
        return [];
      }
    });
    expect(harmless.length).toBeGreaterThan(20);
    for (const statements of harmless) {
      const [kept, not] = [keepLosses, keepNoLosses].map((losses) =>
        withDatabase(base, (database) => planMigration(database, statements, DEFAULT_CHOICES, { losses }).outcomes),
      );
      expect(not).toEqual(kept);
    }
  });

  it.each([
    'DELETE FROM people',
    'UPDATE people SET name = 1',
    'INSERT OR REPLACE INTO people SELECT * FROM people',
    'REPLACE INTO people SELECT * FROM people',
    'WITH x AS (SELECT 1) DELETE FROM people',
    'DROP TABLE people',
    'ALTER TABLE people DROP COLUMN name',
    'ALTER TABLE people RENAME TO persons',
    'CREATE TABLE copy AS SELECT * FROM people',
    'DROP VIEW v',
    'DROP TRIGGER t',
    'ROLLBACK TO s',
    'VACUUM',
    'nonsense',
  ])('are not any that could: %s', (script) => {
    expect(mayLose(statementsOf(`CREATE INDEX i ON people(name); ${script};`))).toBe(true);
  });

  it('are those that most migrations are, as that of the catalog', () => {
    expect(mayLose(statementsOf(migration021))).toBe(false);
  });
});
