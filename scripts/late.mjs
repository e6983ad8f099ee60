// Vite plugin: a part of the page that is loaded late is imported when all of its files can be had (see `src/ui/parts/lateFiles.ts`).

const LOADER_OF_VITE = '\0vite/preload-helper.js';

/** @returns {import('vite').Plugin} */
export function late() {
  return {
    name: 'late',
    apply: 'build',
    enforce: 'pre',
    config: () => ({
      build: {
        modulePreload: {
          polyfill: false,
          // Vite names the files of a part, but no file where it is the only one.
          resolveDependencies: (file, files, { hostType }) =>
            hostType === 'js' && !files.includes(file) ? [file, ...files] : files,
        },
      },
    }),
    load: (id) =>
      id === LOADER_OF_VITE ? `export { importWithFiles as __vitePreload } from '/src/ui/parts/lateFiles.ts';` : null,
  };
}
