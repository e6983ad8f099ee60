// What is said of a file that has no result, and when there is none: runs and proofs of the real engine.
import { describe, expect, it } from 'vitest';
import { explainFailedRun, explainWithheld } from '../../src/batch/stop';
import { migrate, nativeDatabase, proofsOf, runScript, statementsOf } from '../databases';

const bytes = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1), (1);');
const ADD = 'ALTER TABLE t ADD COLUMN b;';

describe('A run that stops', () => {
  it('is explained by its statement, SQLite’s own message and a way out', () => {
    const script = `${ADD}\nCREATE UNIQUE INDEX u ON t(a);`;
    const { run, statements } = runScript(bytes, script);

    const stop = explainFailedRun(statements, run.outcomes);

    expect(stop?.sentence).toContain(
      'Stopped at statement 2 (line 2), and everything was rolled back: UNIQUE constraint failed: t.a',
    );
    expect(stop?.help).not.toBe('');
  });

  it('is not what a run is that came to its end', () => {
    expect(explainFailedRun(statementsOf(ADD), runScript(bytes, ADD).run.outcomes)).toBeNull();
  });
});

describe('A result', () => {
  it('is handed out where no proof failed', () => {
    expect(explainWithheld(migrate(bytes, ADD).result.proofs, false)).toBeNull();
  });

  it('is withheld where one failed, and the proof is named with what it found', () => {
    const proofs = [...proofsOf(bytes, ADD, ['DELETE FROM t WHERE rowid = 1']).values()];
    const [broken] = proofs.filter(({ result }) => result === 'fail');
    if (!broken) throw new Error('No proof saw that a row is gone');

    for (const damageIsAgreed of [false, true]) {
      const stop = explainWithheld(proofs, damageIsAgreed);
      expect(stop?.sentence).toContain(broken.title);
      expect(stop?.sentence).toContain(broken.sentence);
    }
  });

  it('of a file that was damaged before is handed out only where that was agreed to', () => {
    const sound = Buffer.from(nativeDatabase('CREATE TABLE t(a, b TEXT); INSERT INTO t VALUES (1, 2);'));
    // A page at the end that belongs to nothing.
    sound.writeUInt32BE(sound.length / 4096 + 1, 28);
    const damaged = Buffer.concat([sound, Buffer.alloc(4096)]);
    const { proofs } = migrate(damaged, "UPDATE t SET b = 'y';").result;
    expect(proofs.filter(({ result }) => result === 'fail').map(({ code }) => code)).toContain('integrity-before');

    expect(explainWithheld(proofs, false)?.code).toBe('proof-failed');
    expect(explainWithheld(proofs, true)).toBeNull();
  });
});
