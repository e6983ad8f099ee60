// How the page is served while it is worked on, and built into the static folder dist.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { offline } from './scripts/offline.mjs';

export default defineConfig({
  // Relative addresses: the built page works below any path.
  base: './',
  plugins: [svelte({ configFile: false }), offline()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Every asset stays a file: the WASM is streamed, and the content security policy needs no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  // Found late, inside the worker, it would make the page reload itself.
  optimizeDeps: { include: ['sql.js', 'hash-wasm'] },
});
