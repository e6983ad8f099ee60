// Vite plugin: tells the service worker which files and which policy the build has, and keeps it at a name that stays the same.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

const SERVICE_WORKER = 'service-worker.js';

/** @returns {import('vite').Plugin} */
export function offline() {
  let folder = '';
  return {
    name: 'offline',
    apply: 'build',
    config: () => ({
      build: {
        rolldownOptions: {
          input: { index: 'index.html', 'service-worker': 'src/offline/serviceWorker.ts' },
          output: {
            entryFileNames: ({ name }) => (name === 'service-worker' ? SERVICE_WORKER : 'assets/[name]-[hash].js'),
          },
        },
      },
    }),
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir);
    },
    // By then the files of `public` are there too.
    closeBundle() {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== SERVICE_WORKER)
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .sort();
      const version = createHash('sha256');
      for (const file of files)
        version
          .update(file)
          .update('\0')
          .update(readFileSync(join(folder, file)));
      const page = readFileSync(join(folder, 'index.html'), 'utf8');
      const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(page)?.[1];
      if (policy === undefined) throw new Error('The page has no content security policy');
      const kept = JSON.stringify({ version: version.digest('hex').slice(0, 16), files, policy });
      const path = join(folder, SERVICE_WORKER);
      const code = readFileSync(path, 'utf8');
      if (!code.includes('__KEPT_FILES__')) throw new Error(`${path} has no place for the files of the build`);
      // It stands in a string of JavaScript.
      const quoted = kept.replace(/[\\'"`$]/g, (character) => `\\${character}`);
      writeFileSync(
        path,
        code.replace('__KEPT_FILES__', () => quoted),
      );
    },
  };
}
