// The few words that the table of many files has room for.

import { countVerdicts, VERDICTS, wordOf, type StatementOutcome } from '../../migration/outcome';
import { summariseLosses } from '../../migration/losses/loss';
import { missingOf } from '../state/checkWords';
import { labelOf } from '../state/progress';
import { countDifferences } from '../explore/compare/compareWords';
import type { BatchFile } from './batchFile.svelte';
import { counted } from '../../words';

/** A word on a file, how it looks, and what there is to say beside it. */
export interface Word {
  readonly text: string;
  readonly fact: string;
  readonly tone: 'good' | 'warn' | 'bad' | 'busy' | 'soft';
}

/** What will happen to a file. */
export function planOf(file: BatchFile): Word {
  const { state, plan } = file;
  const fact = verdictsOf(plan?.plan.outcomes ?? []);
  if (state === 'planning') return { text: 'Planning …', tone: 'busy', fact };
  if (state === 'refused') {
    const isChanged = file.inspection !== null && file.problem?.code === 'unreadable-file';
    return { text: isChanged ? 'Changed since' : 'Rejected', tone: 'bad', fact };
  }
  if (state === 'up to date') {
    return file.drift.isSame
      ? { text: 'Nothing to do', tone: 'good', fact: '' }
      : { text: 'Up to date', tone: 'good', fact: 'every migration that is chosen is recorded as applied' };
  }
  if (state === 'asks') {
    return { text: 'Needs answers', tone: 'warn', fact: counted(file.drift.open.length, 'open question') };
  }
  if (state === 'stops' && file.drift.unreached) return { text: 'No way found', tone: 'bad', fact };
  if (!plan) return { text: file.problem ? 'No plan' : 'Waiting', tone: 'soft', fact };
  const { obstacle } = plan.plan;
  if (obstacle) return { text: `Stops at statement ${obstacle.ordinal}`, tone: 'bad', fact };
  if (state === 'ready' && file.wantsConsent) return { text: 'Needs confirmation', tone: 'warn', fact };
  return state === 'ready' ? { text: 'Will run', tone: 'good', fact } : { text: 'Planned', tone: 'soft', fact };
}

/** How a file differs from the target: how many objects, and in which ways. */
export function driftOf({ drift: { compared, isKnown, isComparing }, result }: BatchFile): Word {
  if (!compared)
    return { text: isComparing ? 'Comparing …' : 'Not compared', tone: isComparing ? 'busy' : 'soft', fact: '' };
  const { total } = countDifferences(compared.comparison);
  if (total === 0 && isKnown) return { text: 'Same as the target', tone: 'good', fact: '' };
  if (result) return { text: `${counted(total, 'object')} differed`, tone: 'soft', fact: '' };
  return { text: `${counted(total, 'object')} ${total === 1 ? 'differs' : 'differ'}`, tone: 'warn', fact: '' };
}

/** What will happen to a file that is brought to a target, and once that has begun what became of it. */
export function progressOf(file: BatchFile): Word {
  const outcome = outcomeOf(file);
  return outcome.text === 'Not run' ? planOf(file) : outcome;
}

/** What became of a file. */
export function outcomeOf(file: BatchFile): Word {
  const fact = file.working ? labelOf(file.working) : '';
  switch (file.state) {
    case 'checking':
      return { text: 'Checking the file', tone: 'busy', fact };
    case 'running':
      return { text: 'Running in memory', tone: 'busy', fact };
    case 'proving':
      return { text: 'Checking the result', tone: 'busy', fact };
    case 'upgraded':
      return { text: 'Upgraded', ...proofsOf(file) };
    case 'withheld':
      return { text: 'Withheld', ...proofsOf(file), tone: 'bad' };
    case 'failed':
      return { text: 'Failed, nothing kept', tone: 'bad', fact: verdictsOf(file.finished?.outcomes ?? []) };
    case 'lost':
      return { text: 'Lost', tone: 'bad', fact: '' };
    default:
      return {
        text: file.problem && file.plan ? 'Given up' : 'Not run',
        tone: 'soft',
        fact: file.working ? 'checking its integrity' : '',
      };
  }
}

function proofsOf({ checks }: BatchFile): Pick<Word, 'tone' | 'fact'> {
  const { proofs, states } = checks;
  const applicable = proofs.filter(({ result }) => result !== 'not applicable');
  const passed = applicable.filter(({ result }) => result === 'pass').length;
  const unmade = [...states.values()].filter(({ state }) => state !== 'made').length;
  const fact = `${passed} of ${counted(applicable.length, 'check')} passed`;
  return {
    tone: passed < applicable.length || missingOf(states).length > 0 ? 'warn' : 'good',
    fact: unmade > 0 ? `${fact}, ${counted(unmade, 'check')} not made` : fact,
  };
}

/** The verdicts of statements: `4 applied, 2 skipped`. */
function verdictsOf(outcomes: readonly StatementOutcome[]): string {
  const counts = countVerdicts(outcomes);
  const named = VERDICTS.filter((verdict) => counts[verdict] > 0);
  return named.map((verdict) => `${counts[verdict]} ${wordOf(verdict)}`).join(', ');
}

/** What the script takes away of a file's data; null for nothing. */
export function lossesOf({ plan, finished, checks }: BatchFile): string | null {
  return plan && summariseLosses(plan.statements, finished?.outcomes ?? plan.plan.outcomes, checks.rows);
}

/** What was dropped along with a file: `with its -wal`. */
export function sidecarsOf({ dropped: { sidecars } }: BatchFile): string {
  const kinds = [sidecars.log && '-wal', sidecars.journal && '-journal'].filter(Boolean);
  return kinds.length === 0 ? '' : `with its ${kinds.join(' and ')}`;
}
