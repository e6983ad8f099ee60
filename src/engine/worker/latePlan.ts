// A chunk of its own, which the worker loads when a file is about to come: all that plans and runs a script.

export { failureHelp } from '../../migration/failures/failures';
export { watchGrowth } from '../../migration/forecast/growth';
export { watchRules } from '../../migration/rules/rules';
export { compareForeignKeyModes } from '../../migration/losses/foreignKeyModes';
export { summarisePlan } from '../../migration/report/planSummary';
export { planMigration } from '../../migration/run/plan';
export { runMigration } from '../../migration/run/run';
export { readAddedColumnDocumentation } from '../../script/documentation';
export { splitScript } from '../../script/split';
export { makeSmallDatabase, warmUp } from './warmUp';
