// The documents name what is there: files, links, modules and handles.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const documents = [...readdirSync('.'), ...readdirSync('docs').map((name) => posix.join('docs', name))].filter((name) =>
  name.endsWith('.md'),
);

/** Folders to which a path in a document may be relative, beside the root of the project. */
const TOPS = ['.', 'src', 'src/migration', 'public/migrations'];

describe('The documents', () => {
  it.each(documents)('link to what is there: %s', (document) => {
    const text = readFileSync(document, 'utf8');
    const links = [...text.matchAll(/\]\(([^)#\s]+)|(?:src|srcset)="([^"]+)"/g)].map(
      ([, link, image]) => link ?? image ?? '',
    );
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(local.filter((link) => !existsSync(join(dirname(document), link)))).toEqual([]);
  });

  it.each(documents)('name files of the project that are there: %s', (document) => {
    const text = readFileSync(document, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
    const named = [...text.matchAll(/`([\w./-]+\/[\w.-]+\.(?:ts|mjs|svelte|jsonc?|md))`/g)].map(
      ([, path = '']) => path,
    );
    const invented = /^(meta|db)\//;
    expect(named.filter((path) => !invented.test(path) && !TOPS.some((top) => existsSync(join(top, path))))).toEqual(
      [],
    );
  });

  it('name every folder of src as a module', () => {
    const text = readFileSync('ARCHITECTURE.md', 'utf8');
    const folders = readdirSync('src', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath }) => parentPath.split('\\').join('/'));
    expect([...new Set(folders)].filter((folder) => folder !== 'src' && !text.includes(`\`${folder}\``))).toEqual([]);
  });

  it('name every handle of the page', () => {
    const text = readFileSync('docs/handles.md', 'utf8');
    const components = readdirSync('src/ui', { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.svelte'),
    );
    const handles = components.flatMap((path) => {
      const markup = readFileSync(join('src/ui', path), 'utf8').replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '');
      return [...markup.matchAll(/\s(data-[a-z-]+)(?=[=\s>])/g)].map(([, handle = '']) => handle);
    });
    expect(handles.length).toBeGreaterThan(50);
    expect([...new Set(handles)].filter((handle) => !text.includes(`[${handle}`))).toEqual([]);
  });

  it('begin with a README that is read in a minute', () => {
    expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(150);
  });
});
