// What shows a run and what came of it. Loaded when there is a plan: a first look needs none of it.

export { default as Outcome } from './Outcome.svelte';
export { default as Running } from './Running.svelte';
