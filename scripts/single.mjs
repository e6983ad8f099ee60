// Builds the page as one HTML file, dist-single/sqlite-drydock.html or the one that an argument names: it works opened from a disk.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOf, workerCode } from './worker.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(process.argv[2] ?? join(folder, 'dist-single/sqlite-drydock.html'));

/** The modules of `src` that ask a server for something, and what stands in their place. */
const modules = [
  { ending: '/src/engine/worker/workerAddress.ts', code: workerModule },
  { ending: '/src/ui/state/catalogFile.ts', code: catalogModule },
  { ending: '/src/ui/explore/diagram/elkAddress.ts', code: elkModule },
];

async function workerModule() {
  // Chromium starts no module of a Blob where a page has no origin, as one on the disk has none.
  const code = await workerCode('iife', wasmModule);
  return `const code = ${JSON.stringify(code)};
    let address;
    export const workerType = 'classic';
    export const workerAddress = () => (address ??= URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));`;
}

/** @param {string} path of the WASM */
function wasmModule(path) {
  const base64 = readFileSync(path).toString('base64');
  return `const bytes = Uint8Array.from(atob('${base64}'), (character) => character.charCodeAt(0));
    export default URL.createObjectURL(new Blob([bytes], { type: 'application/wasm' }));`;
}

/** The layout engine as it is published, and its licence beside it. */
function elkModule() {
  const [code, licence] = ['lib/elk-worker.min.js', 'LICENSE.md'].map((name) =>
    JSON.stringify(readFileSync(join(folder, 'node_modules/elkjs', name), 'utf8')),
  );
  return `const addressOf = (text, type) => URL.createObjectURL(new Blob([text], { type }));
    let address, licence;
    export const elkType = 'classic';
    export const elkAddress = () => (address ??= addressOf(${code}, 'text/javascript'));
    export const elkLicence = () => (licence ??= addressOf(${licence}, 'text/plain;charset=utf-8'));`;
}

function catalogModule() {
  const top = join(folder, 'public/migrations');
  const files = readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(top, path).split(sep).join('/'), readFileSync(path, 'utf8')]);
  return `const files = new Map(${JSON.stringify(files)});
    export const readMigrationFile = async (path) => {
      const text = files.get(path);
      if (text === undefined) throw new Error('it is not in this page');
      return text;
    };`;
}

/** The page without its script and its style sheet, and these. */
async function pageParts() {
  const files = await filesOf({
    base: './',
    plugins: [
      svelte({ configFile: false }),
      {
        name: 'single:modules',
        load: (id) => modules.find(({ ending }) => id.endsWith(ending))?.code() ?? null,
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      modulePreload: false,
      rolldownOptions: { output: { codeSplitting: false }, checks: { bundlerTimings: false } },
    },
  });
  if (files.length !== 3)
    throw new Error(`The page is not one script and one style sheet: ${files.map(nameOf).join()}`);
  return { html: text('.html'), script: text('.js'), style: text('.css') };

  /** @param {string} ending */
  function text(ending) {
    const file = files.find(({ fileName }) => fileName.endsWith(ending));
    if (file === undefined) throw new Error(`The page has no ${ending}`);
    return (file.type === 'chunk' ? file.code : String(file.source)).trim();
  }
}

/** @param {{ fileName: string }} file */
function nameOf({ fileName }) {
  return fileName;
}

/**
 * Puts the script and the style sheet of a page into the page, and leaves out what only a served page can have.
 * @param {{ html: string, script: string, style: string }} parts
 */
function onePage({ html, script, style }) {
  const icon = readFileSync(join(folder, 'public/icon.svg')).toString('base64');
  const code = withoutEndOf('script', script);
  const sheet = withoutEndOf('style', style);
  /** @type {[RegExp, string][]} */
  const changes = [
    [/(?<=http-equiv="Content-Security-Policy"\s+content=")[^"]*/, policyOf(hashOf(code))],
    [/\n\s*<link rel="manifest"[^>]*>/, ''],
    [/(?<=<link rel="icon"[^>]*href=")[^"]*/, `data:image/svg+xml;base64,${icon}`],
    [/<script type="module"[^>]*><\/script>/, `<script type="module">${code}</script>`],
    [/<link rel="stylesheet"[^>]*>/, `<style>${sheet}</style>`],
  ];
  return changes.reduce((text, [pattern, replacement]) => {
    if (!pattern.test(text)) throw new Error(`The page has nothing like ${pattern.source}`);
    return text.replace(pattern, () => replacement);
  }, html);
}

/**
 * The content security policy: nothing is asked of any host, and no script is taken but that of the page.
 * `blob:` is what the page itself made, its worker and the worker's WASM. The editor of the queries makes style sheets of its own, so
 * these cannot be told by a hash.
 * @param {string} script hash of the one script, as https://www.w3.org/TR/CSP3/#grammardef-hash-source has it
 */
function policyOf(script) {
  return [
    `default-src 'none'`,
    `script-src ${script} 'wasm-unsafe-eval'`,
    `worker-src blob:`,
    `connect-src blob:`,
    `style-src 'unsafe-inline'`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types drydock svelte-trusted-html`,
  ].join('; ');
}

/**
 * The same code without what would end its element, or hide that end, in HTML; both can only stand in its strings.
 * @see https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
 * @param {'script' | 'style'} element
 * @param {string} code
 */
function withoutEndOf(element, code) {
  const harmless = code.replace(/<(?=\/(?:script|style)|!--|script)/gi, element === 'script' ? '\\x3c' : '\\3c ');
  // HTML would read another character or line end, and then the hash would not be that of the element.
  if (/[\0\r]/.test(harmless)) throw new Error(`The ${element} holds a character that HTML changes`);
  return harmless;
}

/** @param {string} code */
function hashOf(code) {
  return `'sha256-${createHash('sha256').update(code).digest('base64')}'`;
}

mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, onePage(await pageParts()));
