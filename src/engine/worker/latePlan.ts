// A chunk of its own, which the worker loads with the first plan: the rules, the help for failures, and what a forecast goes by.

export { failureHelp } from '../../migration/failures/failures';
export { watchGrowth } from '../../migration/forecast/growth';
export { watchRules } from '../../migration/rules/rules';
