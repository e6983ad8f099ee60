// A chunk of its own, loaded when there is a plan that can run: what a run will take, and what it would come to.

export { default as Forecast } from './Forecast.svelte';
export { default as Rehearsal } from './Rehearsal.svelte';
