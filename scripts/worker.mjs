// The engine's worker as one piece of code, for the page that is one file and for the tests of the page: served as it stands in `src`, each worker
// would fetch more than a hundred modules anew.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { sqliteWasm } from './sqliteWasm.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const WORKER = join(folder, 'src/engine/worker/start.ts');

/**
 * What a build makes, unwritten.
 * @param {import('vite').InlineConfig} config
 */
export async function filesOf(config) {
  const output = await build({
    configFile: false,
    root: folder,
    mode: 'single',
    logLevel: 'warn',
    publicDir: false,
    ...config,
  });
  return [output].flat().flatMap((each) => ('output' in each ? each.output : []));
}

/**
 * The code of the worker, with all that it would load late.
 * @param {'iife' | 'es'} format
 * @param {(path: string) => string} wasmModule gives the code of a module whose default export is the address of a WASM file
 */
export async function workerCode(format, wasmModule) {
  const [chunk, ...others] = await filesOf({
    plugins: [
      sqliteWasm(),
      {
        name: 'worker:wasm',
        enforce: 'pre',
        load: (id) => (id.endsWith('.wasm?url') ? wasmModule(id.slice(0, -'?url'.length)) : null),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: {
        input: WORKER,
        // Vite's loader of late modules asks where it is itself; in one piece there is none to load.
        checks: { emptyImportMeta: false, bundlerTimings: false },
        output: { format, codeSplitting: false },
      },
    },
  });
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('The worker is not one file');
  return chunk.code;
}

/**
 * Vite plugin: every worker of a page that is served is that one piece.
 * @returns {import('vite').Plugin}
 */
export function wholeWorker() {
  /** @type {Promise<string> | undefined} */
  let code;
  return {
    name: 'whole-worker',
    apply: 'serve',
    enforce: 'pre',
    load: (id) =>
      id.startsWith(`${WORKER}?`) && id.includes('worker_file')
        ? (code ??= workerCode('es', (path) => `export default ${JSON.stringify(`/@fs${path}`)};`))
        : null,
  };
}
