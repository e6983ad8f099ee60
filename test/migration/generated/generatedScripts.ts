// Generated scripts about a generated database: statements that change it in every way, some of which fail.
import type { Dice } from './dice';
import type { Known } from './generatedSchemas';
import { ROW_STEPS } from './generatedRowSteps';
import { SCHEMA_STEPS } from './generatedSchemaSteps';
import type { Step } from './generatedStep';

/** Makes up a script. `fill`: rows that are there get the value of a default that is not constant. */
export function anyScript(dice: Dice, start: Known, fill: boolean): readonly Step[] {
  let known = start;
  // Columns whose defaults are not constant are what plain SQLite cannot add, so they come often.
  const often = SCHEMA_STEPS['add a column with a default that is not constant'];
  const kinds = [...Object.values(SCHEMA_STEPS), ...Object.values(ROW_STEPS), ...(often ? [often, often] : [])];
  return dice
    .times(1, 8, (at) => {
      const taken = dice.of(kinds)(dice, known, 100 + at, fill);
      if (taken) known = taken.then;
      return taken;
    })
    .flatMap((taken) => taken?.steps ?? []);
}
