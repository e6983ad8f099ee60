// How the page is served while it is worked on, and built into the static folder dist.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { late } from './scripts/late.mjs';
import { offline } from './scripts/offline.mjs';
import { sqliteWasm } from './scripts/sqliteWasm.mjs';

export default defineConfig({
  // Relative addresses: the built page works below any path.
  base: './',
  plugins: [svelte({ configFile: false }), late(), offline()],
  worker: {
    format: 'es',
    plugins: () => [sqliteWasm()],
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // Else all of it would be in the file of start.ts, which no other one may import.
            { name: 'worker', test: /engine\/worker\/worker\.ts$/, priority: 1 },
            // What several late parts need is one file, and not one for each set of parts that needs it.
            { name: 'shared', test: /\/src\/(?!engine\/looking)/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  build: {
    target: 'es2022',
    // Every asset stays a file: the WASM is streamed, and the content security policy needs no data: addresses.
    assetsInlineLimit: 0,
    sourcemap: false,
    rolldownOptions: {
      output: {
        // The licence of the layout engine lies beside it, and says by its name whose it is.
        assetFileNames: ({ originalFileNames }) =>
          originalFileNames.some((name) => name.endsWith('elkjs/LICENSE.md'))
            ? 'assets/elk-worker-LICENSE-[hash][extname]'
            : 'assets/[name]-[hash][extname]',
      },
    },
  },
  // What is found late, in the worker or in a view, would make the page reload itself, and the dropped file would be gone.
  optimizeDeps: {
    include: [
      'sql.js',
      '@sqlite.org/sqlite-wasm',
      'hash-wasm',
      'd3-selection',
      'd3-zoom',
      '@codemirror/autocomplete',
      '@codemirror/commands',
      '@codemirror/lang-sql',
      '@codemirror/language',
      '@codemirror/lint',
      '@codemirror/state',
      '@codemirror/view',
    ],
  },
});
