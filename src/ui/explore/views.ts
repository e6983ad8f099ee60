// The boundary of the explorer's views: each is a chunk of its own, loaded when it is opened first.

import type { Component } from 'svelte';
import type { Explorer, View } from './look/explorer.svelte';

/** A view beside the work. */
export interface ExplorerView {
  readonly id: Exclude<View, 'work'>;
  readonly label: string;
  readonly load: () => Promise<{ readonly default: Component<{ explorer: Explorer }> }>;
}

/** In the order in which they are offered. */
export const VIEWS: readonly ExplorerView[] = [
  { id: 'schema', label: 'Schema', load: () => import('./schema/SchemaView.svelte') },
  { id: 'compare', label: 'Compare', load: () => import('./compare/CompareView.svelte') },
  { id: 'diagram', label: 'Diagram', load: () => import('./diagram/DiagramView.svelte') },
  { id: 'data', label: 'Data', load: () => import('./data/DataView.svelte') },
  { id: 'query', label: 'Query', load: () => import('./query/QueryView.svelte') },
  { id: 'checks', label: 'Data checks', load: () => import('./checks/DataChecksView.svelte') },
];
