// What the report on many files says of each of them.

import { reportOfMany, type FileOutcome, type FileReport } from '../../batch/report';
import { pageFigures, type ReportedInput, type ReportSource } from '../../migration/report/report';
import { unmadeOf } from '../state/checkWords';
import { upgradedName } from '../state/resultNames';
import { describeSidecars } from '../state/sidecarHashes';
import type { Batch } from './batch.svelte';
import type { BatchFile } from './batchFile.svelte';
import { firstOf } from '../../words';

/**
 * The report on all files, as JSON text.
 * @param archived the names of those files that are in the archive which the report goes into
 */
export async function reportOf(batch: Batch, archived: ReadonlyMap<BatchFile, string>): Promise<string> {
  const { title, target, choices } = batch;
  if (title === null) throw new Error('There is no script to report on');
  const files: FileReport[] = [];
  // One after another: what was not hashed before is read for it.
  for (const file of batch.files) {
    const input = await describeInput(file);
    const { sentence, help } = file.problem ?? file.plan?.plan.obstacle ?? answersWanted(file) ?? consentWanted(file);
    files.push({
      input,
      outcome: outcomeOf(file),
      sentence,
      help,
      archived: archived.get(file) ?? null,
      differences: differencesOf(file),
      run: describeRun(file, input, { script: title, choices }, archived.get(file)),
    });
  }
  return reportOfMany({
    script: title,
    target: target?.target.name ?? null,
    choices,
    madeAt: new Date().toISOString(),
    files,
  });
}

function outcomeOf(file: BatchFile): FileOutcome {
  switch (file.state) {
    case 'upgraded':
    case 'withheld':
    case 'failed':
    case 'lost':
    case 'refused':
    case 'up to date':
    case 'stops':
      return file.state;
    case 'asks':
      return 'wants answers';
    case 'ready':
      return file.wantsConsent ? 'wants consent' : 'not run';
    default:
      return 'not run';
  }
}

function answersWanted({ state, drift }: BatchFile): { readonly sentence: string; readonly help: string } | null {
  if (state !== 'asks') return null;
  return { sentence: firstOf(drift.open.map(({ sentence }) => sentence)), help: 'Answer it below the table.' };
}

function differencesOf({ drift }: BatchFile): FileReport['differences'] {
  return (
    drift.compared?.comparison.differences.map(({ kind, object, name, nameBefore }) => ({
      kind,
      object,
      name,
      nameBefore,
    })) ?? null
  );
}

function consentWanted({ findings, agreed }: BatchFile): { readonly sentence: string; readonly help: string } {
  const wanted = findings.find(({ code, consent }) => consent !== null && !agreed.has(code));
  return wanted ?? { sentence: '', help: '' };
}

async function describeInput({ path, dropped, checks }: BatchFile): Promise<ReportedInput> {
  const { file, sidecars } = dropped;
  const known = checks.sha256('input');
  // A file that was refused has no engine that could hash it; the browser hashes any file.
  const [hashed] = known === null ? await describeSidecars({ log: file, journal: null }) : [];
  const sha256 = known ?? hashed?.sha256 ?? null;
  return { name: path, size: file.size, sha256, sidecars: await describeSidecars(sidecars) };
}

function describeRun(
  { inspection, plan, finished, result, path, findings, agreed, checks }: BatchFile,
  input: ReportedInput,
  asked: Pick<ReportSource, 'script' | 'choices'>,
  archived: string | undefined,
): ReportSource | null {
  if (!inspection || !plan || !finished) return null;
  const name = archived ?? upgradedName(path);
  const { committed, startedAt, milliseconds, totalMilliseconds, writtenBytes, outcomes, pages } = finished;
  return {
    ...asked,
    input,
    output: result ? { name, size: result.size, sha256: checks.sha256('result') } : null,
    engineVersion: finished.engine.words,
    startedAt,
    milliseconds,
    totalMilliseconds,
    writtenBytes,
    statements: plan.statements,
    outcomes,
    warnings: plan.plan.warnings,
    proofs: committed ? checks.proofs : [],
    notMade: committed ? unmadeOf(checks.states) : [],
    findings: findings.map(({ code, sentence, consent }) => ({
      code,
      sentence,
      agreed: agreed.has(code) ? consent : null,
    })),
    pages: committed ? pageFigures(pages) : null,
  };
}
