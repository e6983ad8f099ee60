// A chunk of its own, loaded when there is a plan: what shows a run and what came of it. A first look needs none of it.

export { default as Outcome } from './Outcome.svelte';
export { default as Running } from './Running.svelte';
