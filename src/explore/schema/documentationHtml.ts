// The document of a schema as one HTML page that needs nothing else: no script, no other file, in light and dark, and on paper.

import type { DocumentedColumn, DocumentedRelation, Pieces, SchemaDocument } from './documentation';

const STYLE = `:root{color-scheme:light dark;--ink:#15212c;--soft:#4d5d6c;--line:#dbe2e8;--sunken:#eef2f5;--page:#fff;--accent:#0b5d78}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9fb0bf;--line:#27333f;--sunken:#0f161d;--page:#151d25;--accent:#5cc3e4}}
body{max-width:70rem;margin:0 auto;padding:1.5rem;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
code,pre{font:0.875em/1.45 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}
a{color:var(--accent)}nav ul{columns:16rem;padding:0;list-style:none}section{margin-top:2.5rem;border-top:1px solid var(--line)}
h2 code{font-size:1.1em}.wide{overflow-x:auto}table{border-collapse:collapse;min-width:100%;overflow-wrap:normal}
th,td{padding:0.35rem 0.8rem 0.35rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400}
thead th{color:var(--soft);font-size:0.8125rem}.facts{color:var(--soft)}pre{padding:0.8rem 1rem;background:var(--sunken);white-space:pre-wrap}
@media print{section{break-inside:avoid}a{color:inherit;text-decoration:none}}`;

/** Writes it. No name and no comment of the schema is markup in it; each name of a table leads to that table. */
export function htmlOf({ title, relations }: SchemaDocument): string {
  const contents = relations.map(({ name, kind }, at) => `<li>${textOf([{ code: name, table: at }])} ${kind}</li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<nav aria-label="Tables and views"><ul>
${contents.join('\n')}
</ul></nav>
${relations.map(sectionOf).join('\n')}
</main>
</body>
</html>
`;
}

function sectionOf(relation: DocumentedRelation, at: number): string {
  const { name, facts, documentation, columns, parts, references, sql } = relation;
  const table = `<div class="wide" tabindex="0" role="region" aria-label="Columns of ${escaped(name)}"><table>
<thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">Keys</th><th scope="col">Default</th><th scope="col">Comment</th></tr></thead>
<tbody>
${columns.map(lineOf).join('\n')}
</tbody></table></div>`;
  return [
    `<section id="${idOf(at)}">`,
    `<h2><code>${escaped(name)}</code></h2>`,
    `<p class="facts">${escaped(facts.join(', '))}</p>`,
    documentation ? `<p>${escaped(documentation)}</p>` : '',
    columns.length === 0 ? '' : table,
    itemsOf(parts),
    itemsOf(references),
    sql === null ? '' : `<pre><code>${escaped(sql)}</code></pre>`,
    '</section>',
  ]
    .filter(Boolean)
    .join('\n');
}

function lineOf({ name, type, marks, defaultValue, documentation }: DocumentedColumn): string {
  const cells = [
    type === '' ? '' : codeOf(type),
    marks.map(textOf).join(', '),
    defaultValue === null ? '' : codeOf(defaultValue),
    escaped(documentation ?? ''),
  ];
  return `<tr><th scope="row">${codeOf(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function itemsOf(items: readonly Pieces[]): string {
  return items.length === 0 ? '' : `<ul>\n${items.map((pieces) => `<li>${textOf(pieces)}</li>`).join('\n')}\n</ul>`;
}

function textOf(pieces: Pieces): string {
  const written = pieces.map((piece) => {
    if (typeof piece === 'string') return escaped(piece);
    return piece.table === undefined ? codeOf(piece.code) : `<a href="#${idOf(piece.table)}">${codeOf(piece.code)}</a>`;
  });
  return written.join('');
}

function codeOf(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

/** Names of tables may be anything, so that their places stand for them. */
function idOf(place: number): string {
  return `table-${place + 1}`;
}

/** Text as HTML holds it, in attributes as well. A NUL, which no HTML can hold, is shown as missing. */
function escaped(text: string): string {
  return text
    .replaceAll('\0', '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
