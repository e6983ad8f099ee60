// Rehearses migrations up and down on an open file. Loaded when that is asked for first.

import type { Choices } from '../migration/outcome';
import type { Hasher } from '../migration/proofs/contentHash';
import { goRoundTrip, type RoundTrip, type Step } from '../migration/roundTrip/roundTrip';
import { splitScript } from '../script/split';
import type { ParsedStatement } from '../script/parsedStatement';
import type { OnProgress } from './answers';
import type { OpenedFile } from './openedFile';

/** All statements of migrations and of what takes them back, by which the engine is chosen. What cannot be read has none. */
export function statementsOfSteps(steps: readonly Step[]): readonly ParsedStatement[] {
  return steps
    .flatMap(({ up, down }) => (down ? [up, down] : [up]))
    .flatMap((part) => {
      const split = splitScript([part]);
      return split.ok ? split.statements : [];
    });
}

/** Goes up and down again for each of them, from the file on; tells of each file as it comes to it. */
export function rehearseRoundTrips(
  open: OpenedFile,
  steps: readonly Step[],
  choices: Choices,
  hasher: Hasher,
  onProgress: OnProgress,
): readonly RoundTrip[] {
  let at = 0;
  const tell = (pagesRead: number): void =>
    onProgress({ stage: 'check', label: steps[at]?.up.name ?? '', done: at, total: steps.length, pagesRead });
  return open.using(
    ({ database, overlay }) => {
      const onStep = (next: number): void => {
        at = next;
        tell(overlay.pagesRead);
      };
      return goRoundTrip(database, steps, choices, { hasher, onStep });
    },
    ({ pagesRead }) => tell(pagesRead),
  );
}
