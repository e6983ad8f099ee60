// Kinds of trouble that a second look at scripts like those of many tools has found, each held against native sqlite3's own figures.
import { describe, expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { natively, said, warned, withFix } from './foreseen';

const lossesOf = (bytes: Uint8Array, script: string): readonly string[] =>
  said(bytes, script)
    .warnings.filter(({ severity }) => severity === 'warning')
    .map(({ sentence }) => sentence);

describe('A rebuild whose keys change', () => {
  const rebuilt = (columns: string, insert: string): string =>
    `CREATE TABLE fresh (${columns}); ${insert}; DROP TABLE item; ALTER TABLE fresh RENAME TO item;`;

  it('never tells more rows as lost or changed than there were, where two keys fall together', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE item (code TEXT, lot TEXT, n INT, PRIMARY KEY (code, lot)); INSERT INTO item VALUES ('1', 'x', 1), ('01', 'x', 2), ('2', 'x', 3);",
    );
    const script = rebuilt(
      'code INTEGER, lot TEXT, n INT, PRIMARY KEY (code, lot)',
      'INSERT OR REPLACE INTO fresh SELECT * FROM item',
    );
    expect(natively(bytes, script, 'SELECT * FROM item').text).toBe('1|x|2\n2|x|3');
    expect(lossesOf(bytes, script)).toEqual([
      'Statement 3 rebuilds item without 1 row that it had.',
      'Statement 3 rebuilds item with other values in 2 rows (code, lot).',
    ]);
  });

  it('tells rows that are numbered anew as rows with another key, and not as lost', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (2, 'a'), (4, 'b'), (8, 'c');",
    );
    const script = rebuilt(
      'id INTEGER PRIMARY KEY, name TEXT',
      'INSERT INTO fresh (name) SELECT name FROM item ORDER BY id',
    );
    expect(natively(bytes, script, 'SELECT * FROM item').text).toBe('1|a\n2|b\n3|c');
    expect(lossesOf(bytes, script)).toEqual(['Statement 3 rebuilds item with other values in 3 rows (id).']);
  });

  it('still tells rows as lost that the copy leaves out', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (2, 'a'), (4, 'b'), (8, 'a');",
    );
    const script = rebuilt('id INTEGER PRIMARY KEY, name TEXT', 'INSERT INTO fresh SELECT * FROM item WHERE id < 8');
    expect(lossesOf(bytes, script)).toEqual(['Statement 3 rebuilds item without 1 row that it had.']);
  });

  it('tells a column that is left behind with rows, with all values that are gone', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, note TEXT); INSERT INTO item VALUES (1, 'a', 'x'), (2, 'b', NULL), (3, 'c', 'z');",
    );
    const leave = (where: string): readonly string[] =>
      lossesOf(
        bytes,
        rebuilt('id INTEGER PRIMARY KEY, name TEXT', `INSERT INTO fresh SELECT id, name FROM item WHERE ${where}`),
      );
    expect(leave('id < 3')).toEqual([
      'Statement 3 rebuilds item without 1 row that it had.',
      'Statement 3 drops item.note with 2 values.',
    ]);
    expect(leave('id > 3')).toEqual(['Statement 3 rebuilds item without 3 rows that it had.']);
  });
});

describe('A column that was stored and is computed after a rebuild', () => {
  it('is compared by what it computes, and not called gone', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE item (id INTEGER PRIMARY KEY, price INT, twice INT); INSERT INTO item VALUES (1, 2, 4), (2, 3, 99), (3, 4, 8);',
    );
    for (const storage of ['VIRTUAL', 'STORED']) {
      const script = `CREATE TABLE fresh (id INTEGER PRIMARY KEY, price INT, twice INT AS (price * 2) ${storage});
        INSERT INTO fresh (id, price) SELECT id, price FROM item; DROP TABLE item; ALTER TABLE fresh RENAME TO item;`;
      const result = said(bytes, script);
      expect(warned(result)).toEqual(['changed-values: table item, twice']);
      expect(result.warnings[0]?.sentence).toContain('in 1 row (twice)');
      expect(result.proofs.get('content')?.sentence).toMatch(/^Values differ in item\./);
    }
  });
});

describe('VACUUM', () => {
  it('is warned of where it numbers rows anew, as native sqlite3 does it, and is no reason to reject the result', () => {
    const rows = "(rowid, body) VALUES (1, 'one'), (5, 'five'), (9, 'nine')";
    const bytes = nativeDatabase(
      `CREATE TABLE doc (body TEXT); INSERT INTO doc ${rows}; CREATE TABLE keyed (body TEXT UNIQUE); INSERT INTO keyed ${rows};
       CREATE TABLE dense (body TEXT); INSERT INTO dense (body) VALUES ('one'), ('two');`,
    );
    const moved = (table: string): number =>
      Number(natively(bytes, 'VACUUM;', `SELECT count(*) FROM ${table} WHERE rowid > 3`).text);
    expect([moved('doc'), moved('keyed')]).toEqual([0, 2]);
    const result = said(bytes, 'VACUUM;');
    expect(warned(result)).toEqual(['changed-rowids: rowids of doc']);
    expect(result.warnings[0]?.sentence).toContain('VACUUM gives 2 rows of doc another rowid');
    expect(result.proofs.get('content')).toMatchObject({ result: 'warn' });
  });
});

describe('A table that is dropped for a backup of it', () => {
  it('is told by what the backup lacks, whether it is renamed or copied back', () => {
    const bytes = nativeDatabase(
      `CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'a'), (2, 'b'), (3, 'c');
       CREATE TABLE item_bak (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item_bak VALUES (1, 'a'), (2, 'old');
       CREATE TABLE other (id INTEGER PRIMARY KEY, code TEXT); INSERT INTO other VALUES (1, 'x');`,
    );
    const lacking = [
      'Statement 1 rebuilds item without 1 row that it had.',
      'Statement 1 rebuilds item with other values in 1 row (name).',
    ];
    expect(lossesOf(bytes, 'DROP TABLE item; ALTER TABLE item_bak RENAME TO item;')).toEqual(lacking);
    const copied = 'CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item SELECT * FROM item_bak;';
    expect(lossesOf(bytes, `DROP TABLE item; ${copied}`)).toEqual(lacking);
    expect(lossesOf(bytes, 'DROP TABLE item; ALTER TABLE other RENAME TO item;')).toEqual([
      'Statement 1 drops the table item with 3 rows.',
    ]);
  });
});

describe('A rebuild that stops at its last statement', () => {
  it('is told by what the new table lacks, and not as if all rows were lost', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE item (id INTEGER PRIMARY KEY, price REAL); INSERT INTO item VALUES (1, 1.5), (2, 2.0), (3, 4.5); CREATE VIEW dear AS SELECT id FROM item WHERE price > 4;',
    );
    const script = `CREATE TABLE fresh (id INTEGER PRIMARY KEY, price INTEGER); INSERT INTO fresh SELECT * FROM item WHERE id < 3; DROP TABLE item; ALTER TABLE fresh RENAME TO item;`;
    const result = said(bytes, script);
    expect(result.outcomes[3]?.verdict).toBe('failed');
    expect(result.outcomes[2]?.note).toBe('The table item is rebuilt: 3 rows before, 2 in fresh.');
    expect(lossesOf(bytes, script)).toEqual([
      'Statement 3 rebuilds item without 1 row that it had.',
      'Statement 3 rebuilds item with other values in 1 row (price).',
    ]);
  });
});

describe('Foreign keys', () => {
  it('are followed through a RENAME as SQLite writes it with foreign keys on, also with legacy_alter_table', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE team (id INTEGER PRIMARY KEY); INSERT INTO team VALUES (1); CREATE TABLE player (team REFERENCES team); INSERT INTO player VALUES (1);',
    );
    const script = 'PRAGMA legacy_alter_table = ON; ALTER TABLE team RENAME TO club;';
    const on = said(bytes, script, { foreignKeys: 'on' });
    expect(warned(on)).toEqual([]);
    expect(on.proofs.get('schema-as-specified')?.result).toBe('pass');
    const off = said(bytes, script);
    expect(off.warnings.find(({ code }) => code === 'broken-reference')).toMatchObject({ ordinal: 2 });
  });

  it('that a script mends in sqlite_schema itself are not called broken', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE team (id INTEGER PRIMARY KEY); INSERT INTO team VALUES (1); CREATE TABLE player (team REFERENCES team); INSERT INTO player VALUES (1);',
    );
    const aside =
      'ALTER TABLE team RENAME TO team_old; CREATE TABLE team (id INTEGER PRIMARY KEY, name); INSERT INTO team (id) SELECT id FROM team_old; DROP TABLE team_old;';
    const mended = `${aside} PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '"team_old"', 'team'); PRAGMA writable_schema = OFF;`;
    expect(warned(said(bytes, aside))).toHaveLength(1);
    expect(warned(said(bytes, mended))).toEqual([]);
    expect(said(bytes, mended).proofs.get('foreign-keys')?.result).toBe('pass');
  });

  it('that a commit is refused for are told without the rows that had no parent before', () => {
    const bytes = nativeDatabase(
      `CREATE TABLE team (id INTEGER PRIMARY KEY); INSERT INTO team VALUES (1); CREATE TABLE fan (team REFERENCES team); INSERT INTO fan VALUES (77);
       CREATE TABLE player (id INTEGER PRIMARY KEY, team REFERENCES team DEFERRABLE INITIALLY DEFERRED); INSERT INTO player VALUES (1, 1), (2, 99), (3, 98);`,
    );
    const refused = said(bytes, 'DELETE FROM team;', { foreignKeys: 'on' }).outcomes[0]?.failure;
    expect(refused?.explanation).toContain('1 row of player has no parent in team.');
    expect(refused?.rows).toMatchObject({ count: 1, columns: ['id', 'team'], sample: [['1', '1']] });
  });

  it('that a rebuild sets off are helped without a word of deleting rows', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE team (a, b, PRIMARY KEY (a, b)); INSERT INTO team VALUES (1, 2); CREATE TABLE player (a, b, FOREIGN KEY (a, b) REFERENCES team); INSERT INTO player VALUES (1, 2);',
    );
    const script =
      'CREATE TABLE t (a, b, c, PRIMARY KEY (a, b)); INSERT INTO t (a, b) SELECT a, b FROM team; DROP TABLE team; ALTER TABLE t RENAME TO team;';
    const refused = said(bytes, script, { foreignKeys: 'on' }).outcomes[2]?.failure;
    expect(refused?.explanation).toContain('(a and b refer to a and b)');
    expect(refused?.wayOut).toMatch(
      /^Statement 4 puts another table in the place of team\. Run this with foreign keys off/,
    );
    expect(refused?.wayOut).not.toMatch(/delete/);
  });

  it('of a table to itself take rows beside those of the statement, told apart', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE place (id INTEGER PRIMARY KEY, up REFERENCES place ON DELETE CASCADE); INSERT INTO place VALUES (1, NULL), (2, 1), (3, 2), (4, NULL);',
    );
    expect(warned(said(bytes, 'DELETE FROM place WHERE id = 1;', { foreignKeys: 'on' }))).toEqual([
      'lost-rows: table place',
      'lost-rows: table place through foreign keys',
    ]);
  });
});

describe('An AUTOINCREMENT counter that the script raises', () => {
  it('is as good as one that is kept', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE job (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO job VALUES (3);',
    );
    const result = said(bytes, "UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'job';");
    expect(warned(result)).toEqual([]);
    expect(result.proofs.get('sequences')?.result).toBe('pass');
  });
});

describe('Help', () => {
  it('shows the rows that break a CHECK of types, also where the column converts them', () => {
    const bytes = nativeDatabase("CREATE TABLE raw (v); INSERT INTO raw VALUES ('b'), ('1'), (2.5), (7);");
    const script =
      "CREATE TABLE strict_one (v INTEGER CHECK (typeof(v) = 'integer')); INSERT INTO strict_one SELECT v FROM raw;";
    expect(said(bytes, script).outcomes[1]?.failure?.rows).toMatchObject({ count: 2, sample: [["'b'"], ['2.5']] });
    // Compared as the column compares them, though no expression could: what is text there is more than any number.
    for (const check of ["typeof(v) = 'integer' AND v > 0", 'v < 5', "v IN ('7', '1')", "v BETWEEN '2' AND '8'"]) {
      const made = `CREATE TABLE strict_one (v INTEGER CHECK (${check}))`;
      const compared = `${made}; INSERT INTO strict_one SELECT v FROM raw;`;
      const { count, query } = said(bytes, compared).outcomes[1]?.failure?.rows ?? {};
      const kept = `${made}; INSERT OR IGNORE INTO strict_one SELECT v FROM raw;`;
      expect([count, query]).toEqual([4 - Number(natively(bytes, kept, 'SELECT count(*) FROM strict_one').text), null]);
    }
  });

  it('names the trigger that a statement fires and that names a table which is not there', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE gone (x); CREATE TABLE item (id INTEGER PRIMARY KEY); INSERT INTO item VALUES (1); CREATE TRIGGER note AFTER DELETE ON item BEGIN INSERT INTO gone VALUES (1); END; DROP TABLE gone;',
    );
    const refused = said(bytes, 'DELETE FROM item;').outcomes[0]?.failure;
    expect(refused?.explanation).toBe(
      'The trigger note, which the statement uses, names the table gone, and the database does not have it.',
    );
    expect(refused?.mend?.before).toEqual(['DROP TRIGGER "note"']);
  });

  it('makes a view again with its triggers, each as it was', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE item (id INTEGER PRIMARY KEY, n); CREATE VIEW few AS SELECT n FROM item; CREATE TRIGGER add_few INSTEAD OF INSERT ON few BEGIN INSERT INTO item (n) VALUES (new.n); END;',
    );
    const script =
      'CREATE TABLE t (id INTEGER PRIMARY KEY, n INT); INSERT INTO t SELECT * FROM item; DROP TABLE item; ALTER TABLE t RENAME TO item;';
    const mend = said(bytes, script).outcomes[3]?.failure?.mend;
    expect(mend?.after).toEqual([
      'CREATE VIEW few AS SELECT n FROM item',
      'CREATE TRIGGER add_few INSTEAD OF INSERT ON few BEGIN INSERT INTO item (n) VALUES (new.n); END',
    ]);
  });
});

describe('A rebuild that computes values', () => {
  it('is told with the statement that computes them, and one that converts them with how to keep them', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'Ann'), (2, '07');",
    );
    const remedyOf = (type: string, select: string): string | undefined =>
      said(
        bytes,
        `CREATE TABLE t (id INTEGER PRIMARY KEY, name ${type}); INSERT INTO t SELECT ${select} FROM item; DROP TABLE item; ALTER TABLE t RENAME TO item;`,
      ).warnings.find(({ code }) => code === 'changed-values')?.remedy;
    expect(remedyOf('TEXT', 'id, upper(name)')).toContain('The SELECT of statement 2 computes this column');
    expect(remedyOf('INTEGER', 'id, name')).toContain('Give the new column the type of the old one');
    expect(remedyOf('INTEGER', '*')).toContain('Give the new column the type of the old one');
  });
});

describe('What a check of the result finds', () => {
  const bytes = nativeDatabase(
    `CREATE TABLE item (name TEXT, kind TEXT, spare TEXT); INSERT INTO item (name, kind) VALUES ('a', 'x'), ('b', 'y');
     CREATE TABLE kind (code TEXT, title TEXT); INSERT INTO kind VALUES ('x', 'one'), ('x', 'two'), ('y', 'three'); CREATE TABLE bare (id INTEGER PRIMARY KEY);`,
  );
  const told = (script: string): readonly string[] =>
    said(bytes, script).warnings.flatMap(({ code, sentence }) => (code === 'sqlite-version' ? [] : sentence));

  it('is told before, where a copy has rows more than once, and not where other rows are put in', () => {
    const rebuilt = (copy: string): string =>
      `CREATE TABLE t (name TEXT, kind TEXT, spare TEXT); ${copy} DROP TABLE item; ALTER TABLE t RENAME TO item;`;
    const twice = 'INSERT INTO t SELECT * FROM item; INSERT INTO t SELECT * FROM item;';
    expect(told(rebuilt(twice))).toEqual(['The copy has 2 rows more than item when statement 4 drops the old table.']);
    const joined = 'INSERT INTO t SELECT name, title, NULL FROM item JOIN kind ON code = kind;';
    expect(told(rebuilt(joined))).toContain('The copy has 1 row more than item when statement 3 drops the old table.');
    const seeded = "INSERT INTO t SELECT * FROM item; INSERT INTO t VALUES ('c', 'x', NULL);";
    expect(told(rebuilt(seeded))).toEqual([]);
  });

  it('is told before, where what is dropped held nothing, and no row is missing with a table that had none', () => {
    expect(told('ALTER TABLE item DROP COLUMN spare;')).toEqual([
      'Statement 1 drops item.spare, which holds no value: a program that uses it fails.',
    ]);
    expect(told('DROP TABLE bare;')).toEqual([
      'Statement 1 drops the table bare, which has no rows: a program that uses it fails.',
    ]);
    expect(said(bytes, 'DROP TABLE bare;').proofs.get('row-counts')?.result).toBe('pass');
    const rebuilt =
      'CREATE TABLE t (name TEXT, sort TEXT); INSERT INTO t (name, sort) SELECT name, kind FROM item; DROP TABLE item; ALTER TABLE t RENAME TO item;';
    expect(told(rebuilt)).toEqual([
      'The table rebuild of item copies kind into sort: a program that uses the old name fails.',
      'The table rebuild of item leaves out item.spare, which holds no value: a program that uses it fails.',
    ]);
  });
});

describe('Help for what SQLite cannot read', () => {
  it('mends INSERT … SELECT … ON CONFLICT, and a RENAME to the same name in another spelling', () => {
    const bytes = nativeDatabase('CREATE TABLE Kv (k TEXT PRIMARY KEY, v); CREATE TABLE old (k, v);');
    const upsert = 'INSERT INTO kv SELECT k, v FROM old ON CONFLICT (k) DO UPDATE SET v = excluded.v;';
    expect(said(bytes, upsert).outcomes[0]?.failure?.mend?.instead).toContain('FROM old WHERE true ON CONFLICT (k)');
    expect(said(bytes, 'ALTER TABLE Kv RENAME TO kv;').outcomes[0]?.failure?.mend).toEqual({
      before: ['ALTER TABLE "Kv" RENAME TO "Kv_respelt"'],
      instead: 'ALTER TABLE "Kv_respelt" RENAME TO "kv"',
      after: [],
    });
  });

  it('says which word is no name, and quotes it', () => {
    const bytes = nativeDatabase('CREATE TABLE item (id INTEGER PRIMARY KEY);');
    const mended = (sql: string): string | null | undefined => said(bytes, sql).outcomes[0]?.failure?.mend?.instead;
    expect(mended('CREATE TABLE index (a);')).toBe('CREATE TABLE "index" (a)');
    expect(mended('INSERT INTO order VALUES (1);')).toBe('INSERT INTO "order" VALUES (1)');
    expect(mended('ALTER TABLE item ADD COLUMN transaction TEXT;')).toBe(
      'ALTER TABLE item ADD COLUMN "transaction" TEXT',
    );
    expect(mended('CREATE TABLE t (id INT, group TEXT);')).toBe('CREATE TABLE t (id INT, "group" TEXT)');
    for (const other of [
      'SELECT * FROM WHERE 1;',
      'SELECT * FROM ORDER BY id;',
      'CREATE TABLE t (a, PRIMARY KEY (a), b INT);',
    ])
      expect(mended(other)).toBeUndefined();
  });

  it('says what stands for a LIMIT in DELETE, and for a UNIQUE that ALTER TABLE cannot add', () => {
    const bytes = nativeDatabase('CREATE TABLE item (id INTEGER PRIMARY KEY, n);');
    const limited = said(bytes, 'DELETE FROM item ORDER BY id LIMIT 1;').outcomes[0]?.failure;
    expect(limited).toMatchObject({
      limit: true,
      wayOut: expect.stringContaining('WHERE rowid IN (SELECT rowid') as string,
    });
    const unique = said(bytes, 'ALTER TABLE item ADD CONSTRAINT u UNIQUE (n);');
    expect(unique.outcomes[0]?.failure?.wayOut).toContain('CREATE UNIQUE INDEX');
    // A statement that fails does not run here.
    expect(unique.warnings).toEqual([]);
  });
});

describe('A trigger that the script drops, and makes again wrongly', () => {
  it('is told at the statement that makes it', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE item (id INTEGER PRIMARY KEY, n); CREATE TABLE log (msg); CREATE TRIGGER note AFTER UPDATE ON item BEGIN INSERT INTO log (msg) VALUES (new.n); END;',
    );
    const script =
      'DROP TRIGGER note; ALTER TABLE log RENAME COLUMN msg TO text; CREATE TRIGGER note AFTER UPDATE ON item BEGIN INSERT INTO log (msg) VALUES (new.n); END;';
    const found = said(bytes, script).warnings.find(({ code }) => code === 'broken-trigger');
    expect(found?.sentence).toContain('The trigger note that statement 3 makes does not work');
  });
});

describe('A character that is not what it looks like', () => {
  const bytes = nativeDatabase(
    "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'a');",
  );

  it('is named where SQLite cannot read or find a word, and what is meant runs', () => {
    for (const [script, named, meant] of [
      ['INSERT\u00a0INTO item VALUES (2, 3);', 'a no-break space (U+00A0)', 'INSERT INTO item VALUES (2, 3)'],
      ['UPDATE item SET name = ‘b’;', '‘ (U+2018) and ’ (U+2019)', "UPDATE item SET name = 'b'"],
      [
        "UPDATE item SET name = 'b' WHERE\u200b id = 1;",
        'a zero-width space (U+200B)',
        "UPDATE item SET name = 'b' WHERE id = 1",
      ],
      [
        'UPDATE item SET name = ’it was’ WHERE “id” = 1',
        '“ (U+201C)',
        `UPDATE item SET name = 'it was' WHERE "id" = 1`,
      ],
      ['DROP\u3000TABLE item;', 'an ideographic space (U+3000)', 'DROP TABLE item'],
    ] as const) {
      const failure = said(bytes, script).outcomes[0]?.failure;
      expect(failure?.explanation).toContain(named);
      expect(failure?.mend?.instead).toBe(meant);
      expect(natively(bytes, `${meant};`, 'SELECT 1').text).toBe('1');
    }
    expect(said(bytes, "UPDATE item SET name = 'b';\n\u001a").outcomes[1]?.failure?.explanation).toContain('(Ctrl+Z)');
  });

  it('is warned of where it becomes part of a name, and not in a string, a comment or a quoted name', () => {
    const script = 'CREATE TABLE part (\n\u00a0\u00a0id INT,\n\u00a0\u00a0size INT\n);';
    expect(natively(bytes, script, "SELECT hex(name) FROM pragma_table_info('part')").text).toMatch(/^C2A0C2A0/);
    const found = said(bytes, script);
    expect(warned(found)).toEqual(['lookalike: word \u00a0\u00a0id']);
    expect(found.warnings[0] && withFix(script, found.warnings[0])).toBe(
      'CREATE TABLE part (\n  id INT,\n  size INT\n);',
    );
    const meant = 'UPDATE item SET name = ‘b’; -- “b”'.replaceAll(/[‘’]/g, "'");
    expect(warned(said(bytes, meant))).toEqual([]);
    expect(warned(said(bytes, 'UPDATE item SET name = \'“b”\u00a0c\'; CREATE TABLE "“x”" (größe, 名前);'))).toEqual([]);
  });
});

describe('A table that is emptied and filled from a copy of it', () => {
  const bytes = nativeDatabase(
    "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, n INT); INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'c', 4);",
  );
  const told = (copy: string, back: string): readonly string[] => {
    const script = `${copy}; DELETE FROM item; ${back}; DROP TABLE kept;`;
    const left = natively(bytes, script, 'SELECT count(*) FROM item').text;
    const sentences = lossesOf(bytes, script);
    const lost = sentences.map((one) => Number(/deletes (\d+) row/.exec(one)?.[1] ?? 0)).reduce((sum, n) => sum + n, 0);
    expect(4 - lost).toBe(Number(left));
    return sentences;
  };

  it('is told by the rows that do not come back, and by values that are others', () => {
    const all = 'CREATE TEMP TABLE kept AS SELECT * FROM item';
    expect(told(all, 'INSERT INTO item SELECT * FROM kept')).toEqual([]);
    expect(told(all.replace('TEMP ', ''), 'INSERT INTO item SELECT * FROM kept WHERE id <> 2')).toEqual([
      'Statement 2 deletes 1 row of item.',
    ]);
    const grouped = 'CREATE TABLE kept AS SELECT min(id) AS id, name, min(n) AS n FROM item GROUP BY name';
    expect(told(grouped, 'INSERT INTO item SELECT * FROM kept')).toEqual(['Statement 2 deletes 1 row of item.']);
    expect(told(all, 'INSERT INTO item SELECT id, upper(name), n FROM kept')).toEqual([
      'Statement 2 rebuilds item with other values in 4 rows (name).',
    ]);
    expect(told(all, 'INSERT INTO item (id, name) SELECT id, name FROM kept')).toEqual([
      'Statement 2 rebuilds item with other values in 4 rows (n).',
    ]);
  });

  it('in part is told by the rows that neither come back nor are kept', () => {
    const kept = 'CREATE TABLE kept AS SELECT * FROM item WHERE n > 2';
    const deleted = 'DELETE FROM item WHERE id > 1';
    const back = 'INSERT INTO item SELECT * FROM kept';
    const part = (...statements: readonly string[]): readonly [readonly string[], string | null | undefined] => {
      const { outcomes } = said(bytes, `${statements.join('; ')};`);
      return [lossesOf(bytes, `${statements.join('; ')};`), outcomes[1]?.note];
    };
    expect(part(kept, deleted, back, 'DROP TABLE kept')).toEqual([
      ['Statement 2 deletes 1 row of item.'],
      'Of 3 rows of item that it deletes, 2 come back from a copy.',
    ]);
    expect(part(kept, deleted, `${back} WHERE id = 3`)).toEqual([
      ['Statement 2 deletes 2 rows of item.'],
      'Of 3 rows of item that it deletes, 1 comes back from a copy.',
    ]);
    expect(part(kept, deleted.replace('id > 1', 'n > 2'), back)).toEqual([
      [],
      'Of 2 rows of item that it deletes, 2 come back from a copy, with the same values.',
    ]);
    const changed = kept.replace('*', 'id, upper(name) AS name, n');
    expect(part(changed, deleted.replace('id > 1', 'n > 2'), back, 'DROP TABLE kept')[0]).toEqual([
      'Statement 2 rebuilds item with other values in 2 rows (name).',
    ]);
    const archived = 'DELETE FROM item AS i WHERE i.id IN (SELECT id FROM kept)';
    expect(part(kept, archived)).toEqual([[], 'The 2 rows that it deletes are in kept, with the same values.']);
    for (const [lacking, gone] of [
      [kept, deleted],
      [kept.replace('*', 'id, n'), archived],
      [kept.replace('CREATE', 'CREATE TEMP'), archived],
    ] as const)
      expect(part(lacking, gone)[0]).toEqual([`Statement 2 deletes ${gone === deleted ? 3 : 2} rows of item.`]);
  });

  it('is told by all rows where none comes back, and where the table goes later', () => {
    const copy = 'CREATE TEMP TABLE kept AS SELECT * FROM item; DELETE FROM item;';
    expect(lossesOf(bytes, copy)).toEqual(['Statement 2 deletes 4 rows of item.']);
    expect(lossesOf(bytes, `${copy} INSERT INTO item SELECT * FROM kept; DROP TABLE item;`)).toContain(
      'Statement 4 drops the table item with 4 rows.',
    );
    // All of them are in another table of the file.
    const moved = said(bytes, copy.replace('TEMP ', ''));
    expect(warned(moved)).toEqual([]);
    expect(moved.outcomes[1]?.note).toBe('Its 4 rows are in kept, with the same values.');
  });
});
