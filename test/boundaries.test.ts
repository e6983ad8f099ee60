// Keeps the boundaries between the modules of src: who may import whom, which packages, and that no import leads back to where it began.
import { parse as parseSvelte } from 'svelte/compiler';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** What the files of a module may import: other modules or single files of them, as types only or as values; packages. */
interface Boundary {
  readonly values: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}

/** What nothing else of the project stands below: the engine interface, and numbers in words. */
const ground = ['database', 'words'];
const core = [
  ...ground,
  'file',
  'script',
  'schema',
  'compare',
  'catalog',
  'chain',
  'functions',
  'migration',
  'explore',
];
/** What an area of the screen may know: the core, the state of the page, and the parts that several areas use. */
const area = [...core, 'trustedAddress', 'engine/worker/client', 'ui/state', 'ui/parts'];

/**
 * A module is a folder of src, or a file that lies in src itself; a file can have a boundary of its own. The longest name that
 * fits decides. Each may always import itself. A name stands for all that lies below it.
 */
const boundaries: Readonly<Record<string, Boundary>> = {
  database: { values: [] },
  words: { values: [] },
  trustedAddress: { values: [] },
  file: { values: ['words'] },
  script: { values: ground },
  schema: { values: ['script', ...ground] },
  compare: { values: ['schema', 'script', ...ground] },
  catalog: { values: ['functions/meaning', ...ground] },
  functions: { values: ['chain/needs', 'migration/outcome', 'script', ...ground] },
  'functions/meaning': { values: [] },
  chain: { values: ['schema', 'script', ...ground] },
  migration: { values: ['schema', 'script', 'functions/meaning', ...ground] },
  'migration/drift': { values: ['migration/outcome', 'migration/warning', 'schema', 'script', ...ground] },
  'migration/run': {
    values: ['migration/outcome', 'migration/warning', 'migration/drift', 'schema', 'script', ...ground],
  },
  'migration/losses': {
    values: ['migration/outcome', 'migration/warning', 'migration/run', 'schema', 'script', ...ground],
  },
  'migration/failures': {
    values: ['migration/outcome', 'migration/warning', 'migration/run', 'schema', 'script', ...ground],
  },
  'migration/forecast': {
    values: ['migration/outcome', 'migration/warning', 'migration/run', 'schema', 'script', 'file', ...ground],
  },
  'migration/proofs': {
    values: ['migration/outcome', 'migration/warning', 'migration/run', 'schema', 'script', 'file', ...ground],
  },
  'migration/rules': {
    values: [
      ...[
        'migration/outcome',
        'migration/warning',
        'migration/drift',
        'migration/losses',
        'migration/proofs/tablePairs',
        'migration/proofs/brokenReferences',
      ],
      ...['schema', 'script', ...ground],
    ],
  },
  'migration/roundTrip': {
    values: [
      'migration/outcome',
      'migration/warning',
      'migration/run',
      'migration/proofs/contentHash',
      'schema',
      'script',
      ...ground,
    ],
  },
  'migration/report': {
    values: [
      'functions/meaning',
      'migration/outcome',
      'migration/warning',
      'migration/losses',
      'migration/proofs',
      'migration/roundTrip',
      'schema',
      'script',
      ...ground,
    ],
  },
  'explore/data': { values: ['schema', 'script', ...ground] },
  'explore/checks': { values: ['explore/data', 'catalog', 'schema', 'script', ...ground] },
  'explore/schema': { values: ['migration', 'schema', 'script', ...ground] },
  'explore/diagram': { values: ['schema', ...ground] },
  'compare/rows': { values: ['explore/data', 'file', 'schema', 'script', ...ground] },
  batch: { values: core },
  'batch/zip': { values: core, packages: ['client-zip'] },
  'engine/pages': { values: core },
  'engine/sqljs': { values: ['engine/engine', 'engine/pages', ...core] },
  'engine/sqljs/sqljs': { values: ['engine/engine', 'engine/pages', ...core], packages: ['sql.js'] },
  'engine/sqliteWasm': { values: ['engine/engine', 'engine/pages', ...core] },
  'engine/sqliteWasm/library': { values: [], packages: ['@sqlite.org/sqlite-wasm'] },
  engine: { values: ['engine/pages', ...core] },
  // It imports one of the engine's own late parts once more, by the address that could not be loaded.
  'engine/late': { values: core, packages: ['`${address}?again=${Date.now()}`'] },
  'engine/worker': { values: ['engine', 'trustedAddress', ...core] },
  'engine/worker/hashers': { values: core, packages: ['hash-wasm'] },
  'engine/worker/lateFunctions': { values: ['engine', ...core], packages: ['hash-wasm'] },
  offline: { values: [] },
  'ui/parts': { values: [...core], packages: ['svelte'] },
  'ui/parts/editor': { values: [...core, 'ui/parts'], packages: ['svelte'] },
  'ui/parts/editor/codeMirror': { values: core, packages: ['@codemirror'] },
  'ui/state': {
    values: [...core, 'batch', 'trustedAddress', 'engine/worker/client'],
    types: ['engine'],
    packages: ['svelte'],
  },
  'ui/state/sidecarHashes': { values: [...core, 'engine/pages/blobHash'] },
  'ui/state/hashing': { values: core, packages: ['hash-wasm'] },
  'ui/checks': { values: area, types: ['engine'], packages: ['svelte'] },
  'ui/schema': { values: area, types: ['engine'], packages: ['svelte'] },
  'ui/scripts': { values: [...area, 'ui/checks', 'ui/explore/look/context'], types: ['engine'], packages: ['svelte'] },
  'ui/file': { values: [...area, 'ui/checks', 'ui/scripts'], types: ['engine'], packages: ['svelte'] },
  'ui/plan': {
    values: [...area, 'ui/scripts', 'ui/explore/look/context', 'ui/explore/schema/DdlChange'],
    types: ['engine'],
    packages: ['svelte'],
  },
  'ui/result': { values: [...area, 'ui/checks', 'ui/plan'], types: ['engine'], packages: ['svelte'] },
  'ui/batch': {
    values: [...area, 'ui/checks', 'ui/file/ReadAgain', 'ui/explore/compare', 'batch'],
    types: ['engine'],
    packages: ['svelte'],
  },
  'ui/explore': { values: [...area, 'ui/explore'], types: ['engine'], packages: ['svelte'] },
  'ui/explore/look': { values: area, types: ['engine'], packages: ['svelte'] },
  'ui/explore/grid': { values: [...area, 'ui/explore/look'], types: ['engine'], packages: ['svelte'] },
  'ui/explore/data': {
    values: [...area, 'ui/explore/look', 'ui/explore/grid'],
    types: ['engine'],
    packages: ['svelte'],
  },
  'ui/explore/query': {
    values: [...area, 'ui/explore/look', 'ui/explore/grid'],
    types: ['engine'],
    packages: ['svelte'],
  },
  'ui/explore/schema': { values: [...area, 'ui/explore/look'], types: ['engine'], packages: ['svelte'] },
  'ui/explore/compare': {
    values: [...area, 'ui/explore/look', 'ui/explore/grid', 'ui/explore/schema'],
    types: ['engine'],
    packages: ['svelte'],
  },
  'ui/explore/checks': { values: [...area, 'ui/explore/look'], types: ['engine'], packages: ['svelte'] },
  'ui/explore/diagram': {
    values: [...area, 'ui/explore/look', 'ui/explore/checks'],
    types: ['engine'],
    packages: ['svelte'],
  },
  'ui/explore/diagram/elkAddress': { values: ['trustedAddress'], packages: ['elkjs'] },
  'ui/explore/diagram/panZoom': { values: [], packages: ['d3-zoom', 'd3-selection'] },
  'ui/app': { values: ['ui', ...area], types: ['engine'], packages: ['svelte'] },
  'ui/theme': { values: [] },
  main: { values: ['ui', 'engine/worker/client'], packages: ['svelte'] },
};

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

describe('The boundaries between the modules', () => {
  it('hold: every file of src imports only what its module may know', () => {
    const sources = sourceFiles();
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.flatMap(({ path, text }) => breaches(path, text))).toEqual([]);
  });

  it('leave no circle of imports between files, type-only and late ones included', () => {
    expect(circlesOf(importGraph((path) => path))).toEqual([]);
  });

  it('leave no circle of imports between folders', () => {
    expect(circlesOf(importGraph(folderOf))).toEqual([]);
  });

  it('find a circle where there is one, however long', () => {
    const graph = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c', 'd'])],
      ['c', new Set(['a'])],
      ['d', new Set<string>()],
    ]);
    expect(circlesOf(graph)).toEqual([['a', 'b', 'c']]);
  });

  it('keep the names of tenants out of src', () => {
    const tenant = /otc/i;
    const named = sourceFiles().filter(({ path, text }) => tenant.test(path) || tenant.test(text));
    expect(named.map(({ path }) => path)).toEqual([]);
  });

  it.each([
    ['a step towards the page', 'migration/run/run.ts', `import { client } from '../../engine/worker/client.ts';`],
    ['the page in the engine', 'engine/worker/api.ts', `import { Workbench } from '../../ui/state/workbench.svelte';`],
    ['sql.js beside engine/sqljs/sqljs', 'engine/worker/worker.ts', `import initSqlJs from 'sql.js';`],
    ['a type of sql.js', 'engine/worker/api.ts', `import type { Database } from 'sql.js';`],
    ['a file of sql.js', 'engine/worker/worker.ts', `import wasm from 'sql.js/dist/sql-wasm.wasm?url';`],
    ['Svelte in the core', 'schema/read.ts', `import { writable } from 'svelte/store';`],
    ['Node in the core', 'file/header.ts', `import { readFileSync } from 'node:fs';`],
    ['anything in file', 'file/wal.ts', `import type { Row } from '../database.ts';`],
    ['anything in database', 'database.ts', `import { split } from './script/split.ts';`],
    ['an engine as a value in ui', 'ui/plan/plan.ts', `import { makeApi } from '../../engine/worker/api.ts';`],
    [
      'an engine beside its type in ui',
      'ui/plan/plan.ts',
      `import { type Api, makeApi } from '../../engine/worker/api.ts';`,
    ],
    [
      'an engine loaded for its type in ui',
      'ui/plan/plan.ts',
      `import { type Api } from '../../engine/worker/api.ts';`,
    ],
    ['an engine imported late in ui', 'ui/plan/plan.ts', `const api = await import('../../engine/worker/api.ts');`],
    ['an engine handed on by ui', 'ui/plan/plan.ts', `export { makeApi } from '../../engine/worker/api.ts';`],
    [
      'a worker started by ui',
      'ui/plan/plan.ts',
      `new Worker(new URL('../../engine/worker/worker.ts', import.meta.url));`,
    ],
    [
      'another package in ui',
      'ui/explore/grid/Grid.svelte',
      `<script lang="ts">import Grid from 'some-grid';</script>`,
    ],
    [
      'an engine in a component',
      'ui/plan/Grid.svelte',
      `<script lang="ts">import '../../engine/worker/worker.ts';</script>`,
    ],
    [
      'an engine in markup',
      'ui/plan/Grid.svelte',
      `{#await import('../../engine/sqljs/sqljs.ts') then it}{it.open}{/await}`,
    ],
    ['ui in ui with a way around', 'script/split.ts', `import '../script/../ui/theme.ts';`],
    ['an inline type from an engine', 'migration/run/run.ts', `type Api = import('../../engine/worker/api.ts').Api;`],
    ['runes outside ui', 'migration/run/plan.svelte.ts', ``],
    ['a module that nobody planned', 'misc/things.ts', ``],
    ['the plan in the proofs’ place', 'migration/run/plan.ts', `import { proof } from '../proofs/proof.ts';`],
    ['the run in its own words', 'migration/drift/drift.ts', `import { run } from '../run/run.ts';`],
    ['the worker in its pages', 'engine/pages/overlay.ts', `import { api } from '../worker/api.ts';`],
    [
      'one area of the screen in another',
      'ui/schema/Tree.svelte',
      `<script>import Plan from '../plan/Plan.svelte';</script>`,
    ],
    ['an area in the state', 'ui/state/workbench.svelte.ts', `import Plan from '../plan/Plan.svelte';`],
  ])('fall when they should: %s', (_what, path, text) => {
    expect(breaches(path, text)).toEqual([expect.stringContaining(`src/${path}`)]);
  });

  it.each([
    ['the core in the engine', 'engine/worker/api.ts', `import { plan } from '../../migration/run/plan.ts';`],
    ['sql.js in engine/sqljs/sqljs', 'engine/sqljs/sqljs.ts', `import initSqlJs from 'sql.js';`],
    ['types of an engine in ui', 'ui/plan/plan.ts', `import type { Api } from '../../engine/worker/api.ts';`],
    [
      'the client in a component',
      'ui/app/App.svelte',
      `<script lang="ts">import { open } from '../../engine/worker/client';</script>`,
    ],
    ['a part of Svelte in ui', 'ui/app/App.svelte', `<script>import { fade } from 'svelte/transition';</script>`],
    [
      'a component in ui, late',
      'ui/app/App.svelte',
      `{#await import('./Diagram.svelte') then it}<it.default />{/await}`,
    ],
    ['ui in main', 'main.ts', `import App from './ui/app/App.svelte';`],
  ])('let through: %s', (_what, path, text) => {
    expect(breaches(path, text)).toEqual([]);
  });
});

/** A sentence for everything in the file that its module does not allow. `path` is relative to src. */
function breaches(path: string, text: string): string[] {
  const file = withoutEndings(path);
  const inUi = path.startsWith('ui/');
  if (/\.(css|json|svg)$/.test(path) && inUi) return [];
  const name = Object.keys(boundaries)
    .filter((module) => isOrLiesIn(file, module))
    .sort((one, other) => other.length - one.length)[0];
  const boundary = name === undefined ? undefined : boundaries[name];
  if (boundary === undefined) return [`src/${path} lies in no module that test/boundaries.test.ts knows`];
  const own = folderOf(path);

  const found: string[] = [];
  if (/\.svelte(\.ts)?$/.test(path) && !inUi) found.push(`src/${path} uses Svelte outside src/ui`);
  for (const { specifier, typeOnly } of importsOf(path, text)) {
    const allowed = typeOnly ? [...boundary.values, ...(boundary.types ?? [])] : boundary.values;
    if (!/^\.\.?\//.test(specifier)) {
      if (!(boundary.packages ?? []).some((name) => isOrLiesIn(specifier, name)))
        found.push(`src/${path} must not import the package ${specifier}`);
      continue;
    }
    const target = withoutEndings(posix.join(posix.dirname(path), specifier));
    if (folderOf(target) !== own && !allowed.some((name) => isOrLiesIn(target, name)))
      found.push(`src/${path} must not import ${typeOnly ? 'the types of ' : ''}src/${target}`);
  }
  return found;
}

/** The folder that a file lies in; a file of src itself stands for itself. */
function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? withoutEndings(path) : folder;
}

/** Who imports whom, with all files of one `group` taken together. */
function importGraph(group: (path: string) => string): ReadonlyMap<string, ReadonlySet<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { path, text } of sourceFiles().filter(({ path }) => /\.(ts|svelte)$/.test(path))) {
    const from = group(withoutEndings(path));
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const { specifier } of importsOf(path, text)) {
      if (!/^\.\.?\//.test(specifier)) continue;
      const target = group(withoutEndings(posix.join(posix.dirname(path), specifier)));
      if (target !== from) targets.add(target);
    }
  }
  return graph;
}

/** The groups of names that all lead back to one another (Tarjan's strongly connected components), each sorted. */
function circlesOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const waiting: string[] = [];
  const circles: string[][] = [];
  const visit = (name: string): number => {
    const place = order.size;
    order.set(name, place);
    lowest.set(name, place);
    waiting.push(name);
    for (const target of graph.get(name) ?? []) {
      const reached = order.has(target) ? (waiting.includes(target) ? order.get(target) : undefined) : visit(target);
      if (reached !== undefined) lowest.set(name, Math.min(lowest.get(name) ?? place, reached));
    }
    if (lowest.get(name) === place) {
      const circle = waiting.splice(waiting.indexOf(name));
      if (circle.length > 1) circles.push(circle.sort());
    }
    return lowest.get(name) ?? place;
  };
  for (const name of graph.keys()) if (!order.has(name)) visit(name);
  return circles;
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

/** By the text of a file, since all of src is asked three times. */
const imports = new Map<string, Import[]>();

function importsOf(path: string, text: string): Import[] {
  const known = imports.get(text) ?? readImports(path, text);
  imports.set(text, known);
  return known;
}

function readImports(path: string, text: string): Import[] {
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
