// The diagram as a file of its own: an SVG that carries its colours, for light and for dark, and a PNG of it.

import type { Change } from '../../../schema/compare';
import type { Drawing } from './diagram.svelte';
import { FOOT, HEAD, LETTER, roomOf, ROW, rowY, shortened, type Entity } from './diagramModel';
import { mandatoryEnds, marksOf, wayOf } from './lines';

/** Which colours a file has: one theme's, or those that its viewer asks for. */
export type DrawnTheme = 'light' | 'dark' | 'both';

const MARGIN = 24;
/** Browsers make no canvas that is longer than this, nor of more pixels. */
const [LONGEST_SIDE, MOST_PIXELS] = [16_000, 100_000_000];

// The colours of theme.css, since a file has no stylesheet of ours.
const LIGHT =
  '--page:#f5f7f9;--surface:#fff;--sunken:#eef2f5;--line:#8795a3;--ink:#15212c;--soft:#4d5d6c;--good:#1a6b3c;--good-soft:#e4f4ea;--changed:#5b3fa8;--changed-soft:#eeeafa;--bad:#b3261e;--bad-soft:#fce9e7';
const DARK =
  '--page:#0e141a;--surface:#151d25;--sunken:#0f161d;--line:#5f7182;--ink:#e6edf3;--soft:#9fb0bf;--good:#6fd69a;--good-soft:#12301f;--changed:#b8a4f5;--changed-soft:#272046;--bad:#ff9a91;--bad-soft:#3c1a18';
const RULES = `text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:var(--ink)}
.page{fill:var(--page)}.box{fill:var(--surface)}.edge{fill:none;stroke:var(--tone)}.head,.mark{fill:var(--tint)}.name{font-weight:700}
.word,.key{fill:var(--tone);font-weight:700}.band{fill:var(--tone)}.soft{fill:var(--soft)}
.same{--tone:var(--line);--tint:var(--sunken)}.added{--tone:var(--good);--tint:var(--good-soft)}
.altered{--tone:var(--changed);--tint:var(--changed-soft)}.removed{--tone:var(--bad);--tint:var(--bad-soft)}
.line path{fill:none;stroke:var(--tone);stroke-width:1.4}.suggested .way{stroke-dasharray:5 4}
.area{fill:none;stroke:var(--line)}`;
const SIGNS: Readonly<Record<Change, string>> = { added: '+', altered: '~', removed: '−', same: '' };

/** The whole drawing as the text of an SVG file that needs nothing else. */
export function svgOf(drawing: Drawing, theme: DrawnTheme = 'both'): string {
  const { layout, relations, entities } = drawing;
  const [width, height] = [layout.width + MARGIN * 2, layout.height + MARGIN * 2];
  const colours =
    theme === 'both'
      ? `svg{${LIGHT}}@media (prefers-color-scheme:dark){svg{${DARK}}}`
      : `svg{${theme === 'dark' ? DARK : LIGHT}}`;
  const areas = layout.areas.map(
    ({ name, x, y, width: wide, height: high }) =>
      `<rect class="area" x="${x}" y="${y}" width="${wide}" height="${high}" rx="10"/>${textAt(`class="soft" x="${x + 14}" y="${y + 20}"`, name)}`,
  );
  const ways = relations.map((relation) => ({ relation, points: layout.lines.get(relation.id) ?? [] }));
  const mandatory = mandatoryEnds(ways);
  const lines = ways.map((line) => {
    const { kind, change } = line.relation;
    return `<g class="line ${kind} ${change}"><path class="way" d="${wayOf(line)}"/><path d="${marksOf(line, mandatory)}"/></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}">
<title>Tables ${drawing.side} the migration</title>
<style>${colours}
${RULES}</style>
<rect class="page" x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}"/>
${[...areas, ...lines].join('\n')}
${entities.map((entity) => entityOf(entity, layout.boxes.get(entity.name))).join('\n')}
</svg>
`;
}

function textAt(attributes: string, content: string): string {
  return `<text ${attributes} dy=".35em">${escaped(content)}</text>`;
}

function entityOf(entity: Entity, place: { readonly x: number; readonly y: number } | undefined): string {
  if (!place) return '';
  const { width, height, change, indent } = entity;
  const isNameOnly = entity.rows.length === 0 && !entity.expandable;
  const word = change === 'same' ? '' : `${SIGNS[change]} ${change}`;
  const nameRoom = Math.floor((width - 24) / LETTER) - (isNameOnly || word === '' ? 0 : word.length + 1);
  const rows = entity.rows.map((row, at) => {
    const y = rowY(at);
    const shown = roomOf(entity, row);
    const mark =
      row.change === 'same'
        ? ''
        : `<rect class="mark" x="3" y="${y - ROW / 2}" width="${width - 6}" height="${ROW}" rx="3"/>${textAt(`class="key" x="8" y="${y}"`, SIGNS[row.change])}`;
    const primary = row.primaryKey ? textAt(`class="key" x="20" y="${y}"`, 'PK') : '';
    const foreign = row.foreignKey ? textAt(`class="key" x="${indent - 24}" y="${y}"`, 'FK') : '';
    return `<g class="${row.change}">${mark}${primary}${foreign}${textAt(`x="${indent}" y="${y}"`, shown.name)}${textAt(`class="soft" x="${width - 10}" y="${y}" text-anchor="end"`, shown.type)}</g>`;
  });
  const headY = isNameOnly ? 21 : HEAD / 2;
  const head = isNameOnly
    ? `<rect class="${change === 'same' ? 'box' : 'band'}" x="1" y="1" width="5" height="${height - 2}" rx="2.5"/>`
    : `<path class="head" d="M0,${HEAD}V7a7,7 0 0 1 7,-7H${width - 7}a7,7 0 0 1 7,7V${HEAD}z"/>`;
  const changed = textAt(`class="word" x="${width - 10}" y="${isNameOnly ? 41 : headY}" text-anchor="end"`, word);
  const more = entity.columns.length - entity.rows.length;
  const rest = textAt(`class="soft" x="${indent}" y="${height - FOOT / 2}"`, `… ${more} more`);
  return `<g class="${change}" transform="translate(${place.x} ${place.y})"><rect class="box" width="${width}" height="${height}" rx="7"/>${head}${textAt(`class="name" x="${isNameOnly ? 14 : 12}" y="${headY}"`, shortened(entity.name, nameRoom))}${word === '' ? '' : changed}${rows.join('')}${more > 0 && !isNameOnly ? rest : ''}<rect class="edge" width="${width}" height="${height}" rx="7"/></g>`;
}

/** Text as XML holds it; characters that XML has none of (https://www.w3.org/TR/xml/#charsets) are shown as missing. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** The drawing in pixels, two for each of its own where a canvas can be as large. Rejects where there is no room for it. */
export async function pngOf(drawing: Drawing, theme: 'light' | 'dark'): Promise<Blob> {
  const image = new Image();
  // Of other addresses than these the page's policy shows no image.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(drawing, theme))}`;
  await image.decode();
  const { width, height } = image;
  const scale = Math.min(2, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no canvas');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture is too large for this browser'))));
  });
}
