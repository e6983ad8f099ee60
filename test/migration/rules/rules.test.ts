// Every section of docs/rules.md is so: its words are the rule's, its example has that warning, and its fix does away with it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planMigration } from '../../../src/migration/run/plan';
import { applyFix } from '../../../src/migration/rules/fix';
import { RULES, watchRules } from '../../../src/migration/rules/rules';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import type { Warning } from '../../../src/migration/warning';
import { splitScript } from '../../../src/script/split';
import type { Script } from '../../../src/script/statement';
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import { askNative, nativeDatabase, withDatabase } from '../../databases';

const text = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');
const sections = text
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [, code = '', name = ''] = /^`([^`]+)`: (.+)$/m.exec(section) ?? [];
    const block = (of: string): string => new RegExp(`\`\`\`sql ${of}\n([\\s\\S]*?)\`\`\``).exec(section)?.[1] ?? '';
    return {
      code,
      name,
      section,
      database: block('database'),
      script: block('script'),
      says: /^> (.+)$/m.exec(section)?.[1] ?? '',
    };
  });

/** What the rules say of a script for a database that native SQLite has made. */
function warningsOf(bytes: Uint8Array, script: Script): readonly Warning[] {
  const split = splitScript(script);
  if (!split.ok) throw new Error('The script cannot be read');
  return withDatabase(bytes, (database) => {
    const tools = { losses: keepLosses, watch: watchRules(script) };
    return planMigration(database, split.statements, DEFAULT_CHOICES, tools).warnings;
  });
}

describe('docs/rules.md', () => {
  it('has a section for each rule, in their order, and for nothing else', () => {
    expect(sections.map(({ code }) => code)).toEqual(RULES.map(({ code }) => code));
  });

  describe.each(sections)('$code', ({ code, name, section, database, script, says }) => {
    const rule = RULES.find((one) => one.code === code);
    const bytes = nativeDatabase(database);

    it('has the name, the reason and the safe way that the page shows', () => {
      expect(name).toBe(rule?.name);
      expect(section).toContain(rule?.why);
      expect(section).toContain(`**Safe way:** ${rule?.safeWay ?? ''}`);
    });

    it('says of its example what the page says, once', () => {
      expect(warningsOf(bytes, script).filter((warning) => warning.code === code)).toEqual([
        expect.objectContaining({ sentence: says, ignored: null }),
      ]);
    });

    it('is silenced by a comment with a reason', () => {
      const [warning] = warningsOf(bytes, script).filter((one) => one.code === code);
      const split = splitScript(script);
      const statement = split.ok ? split.statements.find(({ ordinal }) => ordinal === warning?.ordinal) : undefined;
      const at = statement?.start ?? 0;
      const silenced = `${script.slice(0, at)}-- drydock:ignore ${code} it is meant so\n${script.slice(at)}`;
      expect(warningsOf(bytes, silenced).filter((one) => one.code === code)).toEqual([
        { ...warning, ignored: 'it is meant so' },
      ]);
    });

    it('is gone after the fix, where there is one, and native SQLite runs the script with it', () => {
      const split = splitScript(script);
      for (const { fix } of warningsOf(bytes, script).filter((one) => one.code === code)) {
        if (!fix || !split.ok) continue;
        const fixed = applyFix(script, split.statements, fix);
        expect(warningsOf(bytes, fixed).filter((one) => one.code === code)).toEqual([]);
        expect(askNative(bytes, `${typeof fixed === 'string' ? fixed : ''}\nSELECT 'ran to its end';`)).toContain(
          'ran to its end',
        );
      }
    });
  });
});

it('Nothing is said twice: a foreign key that a table declares for a column and again for the table has one warning', () => {
  const script = 'CREATE TABLE b(a_id REFERENCES a(id), FOREIGN KEY (a_id) REFERENCES a(id) ON DELETE SET NULL);';
  const said = warningsOf(nativeDatabase('CREATE TABLE a(id INTEGER PRIMARY KEY)'), script);
  expect(said.map(({ code }) => code)).toEqual(['unindexed-foreign-key']);
});
