// Scripts of the user's own in the page's state: one that cannot be read is never replaced by another, and what is recorded decides what runs.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import { explainUnread } from '../../src/ui/scripts/unreadScript';
import { readOwnScripts } from '../../src/ui/state/ownScripts.svelte';
import { Workbench } from '../../src/ui/state/workbench.svelte';
import { databaseOf, ENDLESS } from './databases';

let client: EngineClient;
let workbench: Workbench;

beforeAll(() => {
  // The page of a test lies deeper than the page itself; the migrations lie where they lie for both.
  const base = document.createElement('base');
  base.href = '/';
  document.head.append(base);
});

beforeEach(() => {
  client = new EngineClient();
  workbench = new Workbench(client);
});

afterEach(() => client.cancel());

const KUNDE = 'CREATE TABLE kunde(id INTEGER PRIMARY KEY, name TEXT);';
/** "ALTER TABLE kunde ADD COLUMN größe TEXT;" as an editor of Windows saves it. */
const ANSI = Uint8Array.from('ALTER TABLE kunde ADD COLUMN gr\xf6\xdfe TEXT;', (letter) => letter.charCodeAt(0));

/** The statements that would run. */
function planned(): readonly string[] {
  return workbench.planned?.statements.map(({ text }) => text) ?? [];
}

describe('A script that is not in UTF-8', () => {
  it('is not replaced by a migration of the catalog, and runs once it is said what it is in', async () => {
    await workbench.scripts.loaded;
    expect(workbench.scripts.catalog.length).toBeGreaterThan(0);
    await workbench.take([await databaseOf(KUNDE), new File([ANSI], 'script.sql')]);
    expect(workbench.planned).toBeNull();
    expect(workbench.canRun).toBe(false);
    expect(workbench.scripts.isOwn).toBe(true);
    expect(workbench.scripts.own?.title).toBe('script.sql');
    expect(workbench.scriptProblem).toMatchObject({
      code: 'unreadable-script',
      sentence: 'script.sql is not written in UTF-8, so nothing is planned.',
    });
    await workbench.changeOwn((own) =>
      own.add([{ path: 'script.sql', text: explainUnread(ANSI).readings[0]?.text ?? '' }]),
    );
    expect(planned()).toEqual(['ALTER TABLE kunde ADD COLUMN größe TEXT']);
    expect(workbench.canRun).toBe(true);
  });

  it('keeps the others of its folder, which run without it only when it is left out', async () => {
    const files = [
      new File(['CREATE TABLE a(b);'], '1_a.sql'),
      new File([ANSI], '2_groesse.sql'),
      new File(['CREATE TABLE c(d);'], '3_c.sql'),
    ];
    await workbench.take([await databaseOf(KUNDE), ...files]);
    expect(workbench.planned).toBeNull();
    expect(workbench.scripts.own?.title).toBe('3 migrations');
    expect(workbench.scriptProblem?.sentence).toContain('2_groesse.sql');
    await workbench.changeOwn((own) => own.leaveOut('2_groesse.sql'));
    expect(planned()).toEqual(['CREATE TABLE a(b)', 'CREATE TABLE c(d)']);
    // It comes to its place when it is added again in an encoding that is read.
    const again = await readOwnScripts([new File(['ALTER TABLE kunde ADD COLUMN größe TEXT;'], '2_groesse.sql')]);
    await workbench.changeOwn((own) => own.add(again.files, again.unreadable));
    expect(planned()).toHaveLength(3);
    expect(planned()[1]).toContain('größe');
  });
});

describe('A folder', () => {
  it('that is dropped while a plan goes on without end is planned, and that plan is given up', async () => {
    await workbench.take([await databaseOf(KUNDE)]);
    // The worker of the first is ended for the second, and has to open the file anew.
    for (const name of ['first.sql', 'second.sql']) {
      void workbench.take([new File([`CREATE TABLE endless AS ${ENDLESS}`], name)]);
      await vi.waitUntil(() => workbench.scripts.own?.title === name && workbench.planning, { interval: 1 });
    }
    await workbench.take([new File(['CREATE TABLE a(b);'], '1_a.sql'), new File(['CREATE TABLE c(d);'], '2_c.sql')]);
    expect(planned()).toEqual(['CREATE TABLE a(b)', 'CREATE TABLE c(d)']);
  });
});

describe('What a tool has recorded', () => {
  it('leaves a file below Drizzle’s last time unknown: it is not run, unless it is ticked', async () => {
    const entries = [1000, 3000, 2000, 4000].map((when, at) => ({ when, tag: `000${at}_x` }));
    const recorded = `${KUNDE} CREATE TABLE __drizzle_migrations(id INTEGER PRIMARY KEY, hash text NOT NULL, created_at numeric);
      INSERT INTO __drizzle_migrations(hash, created_at) VALUES ('h', 1000), ('h', 3000);`;
    const files = entries.map(({ tag }, at) => new File([`CREATE TABLE t${at}(a);`], `${tag}.sql`));
    const journal = new File([JSON.stringify({ entries })], '_journal.json');
    await workbench.take([await databaseOf(recorded), ...files, journal]);
    const { own } = workbench.scripts;
    await vi.waitUntil(() => own?.histories.length === 1, { timeout: 10_000, interval: 5 });
    expect(own?.pending.map(({ status }) => status)).toEqual(['applied', 'applied', 'unknown', 'pending']);
    expect(planned()).toEqual(['CREATE TABLE t3(a)']);
    await workbench.changeOwn((scripts) => scripts.pick('0002_x.sql', true));
    expect(planned()).toEqual(['CREATE TABLE t2(a)', 'CREATE TABLE t3(a)']);
  });

  it('says of a file that it was changed since sqlx has applied it, and of one that only its line endings are others', async () => {
    const text = 'CREATE TABLE a(id);\n';
    const hexOf = async (content: string): Promise<string> => {
      const digest = await crypto.subtle.digest('SHA-384', new TextEncoder().encode(content));
      return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
    };
    const rows = await Promise.all(
      [text.replace('\n', '\r\n'), `${text}-- more`, text].map(
        async (content, at) => `(${at + 1}, 'x', 't', 1, x'${await hexOf(content)}', 1)`,
      ),
    );
    const recorded = `${KUNDE} CREATE TABLE _sqlx_migrations(version BIGINT PRIMARY KEY, description TEXT, installed_on TEXT, success BOOLEAN,
      checksum BLOB, execution_time BIGINT); INSERT INTO _sqlx_migrations VALUES ${rows.join(', ')};`;
    const files = [1, 2, 3].map((number) => new File([text], `${number}_a.sql`));
    await workbench.take([await databaseOf(recorded), ...files, new File(['CREATE TABLE z(a);'], '4_z.sql')]);
    const { own } = workbench.scripts;
    await vi.waitUntil(() => own?.pending.some(({ changed }) => changed !== null), { timeout: 10_000, interval: 5 });
    expect(own?.pending.map(({ status, changed }) => [status, changed])).toEqual([
      ['applied', 'line endings'],
      ['applied', 'text'],
      ['applied', null],
      ['pending', null],
    ]);
    expect(planned()).toEqual(['CREATE TABLE z(a)']);
  });
});

describe('What is run is recorded in the table of its tool', () => {
  const files = (): readonly File[] => [
    new File(['-- migrate:up\nCREATE TABLE a(b);\n-- migrate:down\nDROP TABLE a;\n'], '1_a.sql'),
    new File(['-- migrate:up\nCREATE TABLE c(d);\n-- migrate:down\nDROP TABLE c;\n'], '2_c.sql'),
  ];
  const openWith = async (recorded: string): Promise<void> => {
    await workbench.take([await databaseOf(`${KUNDE} ${recorded}`), ...files()]);
    await vi.waitUntil(() => workbench.planned !== null, { timeout: 10_000, interval: 5 });
  };
  const RECORD = `INSERT INTO "schema_migrations" (version) VALUES ('2')`;

  it('unless it is switched off', async () => {
    await openWith(
      `CREATE TABLE schema_migrations(version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1');`,
    );
    expect(workbench.scripts.own?.records).toBe(true);
    expect(planned()).toEqual(['CREATE TABLE c(d)', RECORD]);
    await workbench.changeOwn((own) => (own.records = false));
    expect(planned()).toEqual(['CREATE TABLE c(d)']);
    await workbench.changeOwn((own) => (own.records = true));
    expect(planned()).toEqual(['CREATE TABLE c(d)', RECORD]);
  });

  it('also where it has recorded nothing yet, but not in that of another tool', async () => {
    await openWith(`CREATE TABLE schema_migrations(version varchar(128) PRIMARY KEY);
      CREATE TABLE gorp_migrations(id varchar(255) PRIMARY KEY, applied_at datetime);`);
    expect(workbench.scripts.own?.recordable).toEqual(['schema_migrations']);
    expect(planned().filter((sql) => sql.startsWith('INSERT'))).toHaveLength(2);
    expect(planned().filter((sql) => sql.includes('gorp'))).toEqual([]);
  });
});

describe('Foreign keys while it runs', () => {
  const SQLX = `${KUNDE} CREATE TABLE _sqlx_migrations(version BIGINT PRIMARY KEY, description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
    INSERT INTO _sqlx_migrations VALUES (20260101090000, 'kunde', '', 1, x'00', 1);`;
  const folder = (): readonly File[] => [
    new File([KUNDE], '20260101090000_kunde.sql'),
    new File(
      ['CREATE TABLE bestellung(id INTEGER PRIMARY KEY, kunde INTEGER REFERENCES kunde(id));'],
      '20260102090000_b.sql',
    ),
  ];

  it('are on for numbered files where the database has the table of sqlx, whichever comes first', async () => {
    await workbench.take(folder());
    expect(workbench.choices.foreignKeys).toBe('off');
    await workbench.take([await databaseOf(SQLX)]);
    expect(workbench.choices.foreignKeys).toBe('on');
    expect(workbench.foreignKeyDefault.why).toContain('sqlx');
    expect(planned()).toHaveLength(1);
    workbench.startOver();
    await workbench.take([await databaseOf(SQLX), ...folder()]);
    expect(workbench.choices.foreignKeys).toBe('on');
  });

  it('are as the user decides, until other scripts are taken', async () => {
    await workbench.take([await databaseOf(SQLX), ...folder()]);
    await workbench.decide({ foreignKeys: 'off' });
    expect(workbench.choices.foreignKeys).toBe('off');
    await workbench.decide({ strict: true });
    expect(workbench.choices).toMatchObject({ foreignKeys: 'off', strict: true });
    await workbench.take(folder());
    expect(workbench.choices).toMatchObject({ foreignKeys: 'on', strict: true });
  });
});

describe('What is asked before a chain can run', () => {
  const goose = (sql: string): string => `-- +goose Up\n-- +goose ENVSUB ON\n${sql}\n`;

  it('stops the plan until it is answered; safe proposals are taken together, and a value is remembered for other scripts', async () => {
    const files = [
      new File([goose("CREATE TABLE a(b DEFAULT '${CITY:-Bern}');")], '1_a.sql'),
      new File([goose("CREATE TABLE c(d DEFAULT '${NAME}');")], '2_c.sql'),
    ];
    await workbench.take([await databaseOf(KUNDE), ...files]);
    expect(workbench.planned).toBeNull();
    expect(workbench.scriptProblem).toMatchObject({ code: 'need' });
    expect(workbench.scripts.own?.proposed.map(({ name }) => name)).toEqual(['CITY']);
    await workbench.changeOwn((own) => own.useSafeProposals());
    expect(workbench.scriptProblem?.sentence).toContain('NAME');
    await workbench.changeOwn((own) => own.answer({ kind: 'value', name: 'NAME' }, 'Ann'));
    expect(planned()).toEqual(["CREATE TABLE a(b DEFAULT 'Bern')", "CREATE TABLE c(d DEFAULT 'Ann')"]);
    await workbench.take([new File([goose("CREATE TABLE e(f DEFAULT '${NAME}');")], '3_e.sql')]);
    expect(planned()).toEqual(["CREATE TABLE e(f DEFAULT 'Ann')"]);
  });

  it('is asked of a single file as well', async () => {
    await workbench.take([await databaseOf(KUNDE), new File(['CREATE TABLE a(b DEFAULT ${city});'], 'script.sql')]);
    expect(workbench.scriptProblem).toMatchObject({ code: 'need' });
    await workbench.changeOwn((own) => own.answer({ kind: 'value', name: 'city' }, "'Bern'"));
    expect(planned()).toEqual(["CREATE TABLE a(b DEFAULT 'Bern')"]);
  });

  it('is with what an empty database begins, and nothing of the kind where it holds something', async () => {
    const files = [
      new File(['CREATE TABLE a(b, c);'], 'schema.sql'),
      new File(['ALTER TABLE a ADD COLUMN c;'], '1_c.sql'),
    ];
    await workbench.take([await databaseOf(`${KUNDE} DROP TABLE kunde;`), ...files]);
    expect(workbench.scripts.own?.needs.map(({ kind, name }) => [kind, name])).toEqual([['base', 'schema.sql']]);
    await workbench.changeOwn((own) => own.useSafeProposals());
    expect(planned()).toEqual(['CREATE TABLE a(b, c)']);
    await workbench.take([await databaseOf('CREATE TABLE a(b);')]);
    expect(workbench.scripts.own?.needs).toEqual([]);
    expect(planned()).toEqual(['ALTER TABLE a ADD COLUMN c']);
  });
});

describe('The order of a chain, and where a database stands', () => {
  const files = ['1_a.sql', '2_b.sql', '3_c.sql'].map((name) => new File([`CREATE TABLE t${name[0] ?? ''}(a);`], name));

  it('are what the user says where no table tells, and can be taken back', async () => {
    await workbench.take([await databaseOf(KUNDE), ...files]);
    const { own } = workbench.scripts;
    expect(own?.canStand).toBe(true);
    await workbench.changeOwn((scripts) => scripts.move('3_c.sql', 0));
    expect(planned()).toEqual(['CREATE TABLE t3(a)', 'CREATE TABLE t1(a)', 'CREATE TABLE t2(a)']);
    await workbench.changeOwn((scripts) => (scripts.standsAt = '1_a.sql'));
    expect(planned()).toEqual(['CREATE TABLE t2(a)']);
    await workbench.changeOwn((scripts) => {
      scripts.standsAt = null;
      scripts.sayApplied('1_a.sql', true);
    });
    expect(planned()).toEqual(['CREATE TABLE t3(a)', 'CREATE TABLE t2(a)']);
    await workbench.changeOwn((scripts) => {
      scripts.order = null;
      scripts.sayApplied('1_a.sql', false);
    });
    expect(planned()).toEqual(['CREATE TABLE t1(a)', 'CREATE TABLE t2(a)', 'CREATE TABLE t3(a)']);
  });
});
