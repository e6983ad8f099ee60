// Keeps the walls between the rooms of src: who may import whom, and which packages.
import { parse as parseSvelte } from 'svelte/compiler';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** What the files of a room may import: other rooms or single files of them, as types only or as values; packages. */
interface Wall {
  readonly values: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}

const core = ['database', 'file', 'script', 'schema', 'migration', 'chain', 'explore'];

/** A room is a folder of src, or a file that lies in src itself. Each may always import itself. */
const walls: Readonly<Record<string, Wall>> = {
  database: { values: [] },
  file: { values: [] },
  script: { values: ['database'] },
  schema: { values: ['script', 'database'] },
  migration: { values: ['schema', 'script', 'file', 'database'] },
  chain: { values: ['schema', 'script', 'database'] },
  batch: { values: core },
  'batch/zip': { values: core, packages: ['client-zip'] },
  explore: { values: ['migration', 'schema', 'script', 'database'] },
  'explore/layout': { values: ['schema', 'database'], packages: ['@dagrejs/dagre'] },
  trustedAddress: { values: [] },
  engine: { values: [...core, 'trustedAddress'] },
  'engine/sqljs': { values: core, packages: ['sql.js'] },
  'engine/hashers': { values: core, packages: ['hash-wasm'] },
  ui: { values: [...core, 'batch', 'trustedAddress', 'engine/client'], types: ['engine'], packages: ['svelte'] },
  'ui/editor/codeMirror': { values: [...core], packages: ['@codemirror'] },
  'ui/explore/panZoom': { values: [], packages: ['d3-zoom', 'd3-selection'] },
  offline: { values: [] },
  main: { values: ['ui', 'engine/client'], packages: ['svelte'] },
};

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

describe('The walls between the rooms', () => {
  it('stand: every file of src imports only what its room may know', () => {
    const sources = sourceFiles();
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.flatMap(({ path, text }) => breaches(path, text))).toEqual([]);
  });

  it('keep the names of tenants out of src', () => {
    const tenant = /otc/i;
    const named = sourceFiles().filter(({ path, text }) => tenant.test(path) || tenant.test(text));
    expect(named.map(({ path }) => path)).toEqual([]);
  });

  it.each([
    ['a step towards the page', 'migration/run.ts', `import { client } from '../engine/client.ts';`],
    ['the page in the engine', 'engine/api.ts', `import { Workbench } from '../ui/workbench.svelte';`],
    ['sql.js beside engine/sqljs', 'engine/worker.ts', `import initSqlJs from 'sql.js';`],
    ['a type of sql.js', 'engine/api.ts', `import type { Database } from 'sql.js';`],
    ['a file of sql.js', 'engine/worker.ts', `import wasm from 'sql.js/dist/sql-wasm.wasm?url';`],
    ['Svelte in the core', 'schema/read.ts', `import { writable } from 'svelte/store';`],
    ['Node in the core', 'file/header.ts', `import { readFileSync } from 'node:fs';`],
    ['anything in file', 'file/wal.ts', `import type { Row } from '../database.ts';`],
    ['anything in database', 'database.ts', `import { split } from './script/split.ts';`],
    ['an engine as a value in ui', 'ui/plan.ts', `import { makeApi } from '../engine/api.ts';`],
    ['an engine beside its type in ui', 'ui/plan.ts', `import { type Api, makeApi } from '../engine/api.ts';`],
    ['an engine loaded for its type in ui', 'ui/plan.ts', `import { type Api } from '../engine/api.ts';`],
    ['an engine imported late in ui', 'ui/plan.ts', `const api = await import('../engine/api.ts');`],
    ['an engine handed on by ui', 'ui/plan.ts', `export { makeApi } from '../engine/api.ts';`],
    ['a worker started by ui', 'ui/plan.ts', `new Worker(new URL('../engine/worker.ts', import.meta.url));`],
    ['another package in ui', 'ui/Grid.svelte', `<script lang="ts">import Grid from 'some-grid';</script>`],
    ['an engine in a component', 'ui/Grid.svelte', `<script lang="ts">import '../engine/worker.ts';</script>`],
    ['an engine in markup', 'ui/Grid.svelte', `{#await import('../engine/sqljs.ts') then it}{it.open}{/await}`],
    ['ui in ui with a way around', 'script/split.ts', `import '../script/../ui/theme.ts';`],
    ['an inline type from an engine', 'migration/run.ts', `type Api = import('../engine/api.ts').Api;`],
    ['runes outside ui', 'migration/plan.svelte.ts', ``],
    ['a room that nobody planned', 'misc/things.ts', ``],
  ])('fall when they should: %s', (_what, path, text) => {
    expect(breaches(path, text)).toEqual([expect.stringContaining(`src/${path}`)]);
  });

  it.each([
    ['the core in the engine', 'engine/api.ts', `import { plan } from '../migration/plan.ts';`],
    ['sql.js in engine/sqljs', 'engine/sqljs.ts', `import initSqlJs from 'sql.js';`],
    ['types of an engine in ui', 'ui/plan.ts', `import type { Api } from '../engine/api.ts';`],
    [
      'the client in a component',
      'ui/App.svelte',
      `<script lang="ts">import { open } from '../engine/client';</script>`,
    ],
    ['a part of Svelte in ui', 'ui/App.svelte', `<script>import { fade } from 'svelte/transition';</script>`],
    ['a component in ui, late', 'ui/App.svelte', `{#await import('./Diagram.svelte') then it}<it.default />{/await}`],
    ['ui in main', 'main.ts', `import App from './ui/App.svelte';`],
  ])('let through: %s', (_what, path, text) => {
    expect(breaches(path, text)).toEqual([]);
  });
});

/** A sentence for everything in the file that its room does not allow. `path` is relative to src. */
function breaches(path: string, text: string): string[] {
  const file = withoutEndings(path);
  const room = path.split('/')[0] === path ? file : (path.split('/')[0] ?? '');
  const wall = walls[file] ?? walls[room];
  if (/\.(css|json|svg)$/.test(path) && room === 'ui') return [];
  if (wall === undefined) return [`src/${path} lies in no room that test/walls.test.ts knows`];

  const found: string[] = [];
  if (/\.svelte(\.ts)?$/.test(path) && room !== 'ui') found.push(`src/${path} uses Svelte outside src/ui`);
  for (const { specifier, typeOnly } of importsOf(path, text)) {
    const allowed = typeOnly ? [...wall.values, ...(wall.types ?? [])] : wall.values;
    if (!/^\.\.?\//.test(specifier)) {
      if (!(wall.packages ?? []).some((name) => isOrLiesIn(specifier, name)))
        found.push(`src/${path} must not import the package ${specifier}`);
      continue;
    }
    const target = withoutEndings(posix.join(posix.dirname(path), specifier));
    if (![room, ...allowed].some((name) => isOrLiesIn(target, name)))
      found.push(`src/${path} must not import ${typeOnly ? 'the types of ' : ''}src/${target}`);
  }
  return found;
}

function isOrLiesIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** `ui/workbench.svelte.ts`, `ui/workbench.svelte` and `ui/workbench` are one file to whoever imports it. */
function withoutEndings(path: string): string {
  return path
    .replace(/\?.*$/, '')
    .replace(/\.ts$/, '')
    .replace(/\.svelte$/, '');
}

function importsOf(path: string, text: string): Import[] {
  if (!path.endsWith('.svelte')) return importsOfScript(text);
  const { instance, module } = parseSvelte(text, { modern: true });
  const scripts = [instance, module].filter((script) => script != null);
  let markup = text;
  for (const { start, end } of scripts) markup = markup.slice(0, start) + ' '.repeat(end - start) + markup.slice(end);
  const bodies = scripts.map(({ start, end }) => text.slice(start, end).replace(/^<script[^>]*>|<\/script>$/g, ''));
  const late = [...markup.matchAll(/\bimport\s*\(\s*(['"`])(.*?)\1/g)];
  return [...bodies.flatMap(importsOfScript), ...late.map(([, , specifier = '']) => ({ specifier, typeOnly: false }))];
}

/** Every way in which TypeScript code can name another module; what is computed is named as its source text. */
function importsOfScript(text: string): Import[] {
  const source = ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier === undefined) return;
    found.push({ specifier: ts.isStringLiteralLike(specifier) ? specifier.text : specifier.getText(), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    // `import { type X }` counts as a value: it is left in the built code, as an import of nothing.
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    else if (ts.isNewExpression(node) && node.arguments?.[1]?.getText() === 'import.meta.url')
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function sourceFiles(): { path: string; text: string }[] {
  const src = fileURLToPath(new URL('../src/', import.meta.url));
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const full = posix.join(entry.parentPath, entry.name);
      return { path: posix.relative(src, full), text: readFileSync(full, 'utf8') };
    });
}
