// What a plan and a run are of: a script as it is to be run, by which choices. The file is that of the job which holds them.

import type { History } from '../../chain/history';
import { DEFAULT_CHOICES, type Choices } from '../../migration/outcome';
import type { DesiredSchema } from '../../migration/proofs/reachesTarget';
import type { Script } from '../../script/statement';
import type { ChosenScript } from './chosenScript';

/** What is wanted of a file, as it stands now. */
export interface Wish {
  /** Null where nothing is chosen, or nothing of it can be run. */
  readonly script: ChosenScript | null;
  readonly choices: Choices;
}

/** Compared by value: whoever takes a change back is where she was before. */
export interface Subject {
  readonly id: string | null;
  readonly title: string;
  readonly text: Script;
  readonly choices: Choices;
  /** The schema that it was written to reach. */
  readonly desired: DesiredSchema | null;
}

/** Whether it depends on what a file has recorded what of the script is run on it. */
export function goesByHistory({ script }: Wish): boolean {
  return script?.textFor !== undefined;
}

/**
 * What is to be planned and run; null where there is nothing.
 * @param recorded what the file has recorded as applied; null as long as that has not been read, and then nobody can tell what
 * is still to run
 */
export function subjectOf({ script, choices }: Wish, recorded: readonly History[] | null): Subject | null {
  if (script === null || (script.textFor && recorded === null)) return null;
  const { id, title, desired = null } = script;
  const text = script.textFor && recorded !== null ? script.textFor(recorded) : script.text;
  return typeof text !== 'string' && text.length === 0 ? null : { id, title, text, choices, desired };
}

const CHOICES = Object.keys(DEFAULT_CHOICES) as readonly (keyof Choices)[];

/** Whether both are decided alike. */
export function haveSameChoices(one: Choices, other: Choices): boolean {
  const [said, saidThere] = [one, other].map(({ meanings = [] }) => JSON.stringify(meanings));
  return said === saidThere && CHOICES.every((choice) => one[choice] === other[choice]);
}

/** Whether a plan of the one is a plan of the other. */
export function isSame(one: Subject | null, other: Subject | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.id === other.id &&
    one.title === other.title &&
    one.desired === other.desired &&
    haveSameChoices(one.choices, other.choices) &&
    isSameScript(one.text, other.text)
  );
}

function isSameScript(one: Script, other: Script): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return (
    one.length === other.length &&
    one.every(({ name, text }, at) => name === other[at]?.name && text === other[at].text)
  );
}
