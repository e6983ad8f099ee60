// A chunk of its own, loaded when the user brings scripts: what stands above the answer of their plan, and what stands below it.

export { default as MigrationOrder } from './MigrationOrder.svelte';
export { default as OwnScriptsPanel } from './OwnScriptsPanel.svelte';
