// The diagram as a file of its own: an SVG that carries its colours, for light and for dark, and a PNG of it.

import type { Change } from '../../../schema/compare';
import type { Drawing } from './diagram.svelte';
import { HEAD, pathOf, roomOf, ROW, shortened, type Entity } from './diagramModel';

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
const RULES = `text{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:var(--ink)}
.page{fill:var(--page)}.box{fill:var(--surface);stroke:var(--tone)}.head,.mark{fill:var(--tint)}.name{font-weight:700}
.word{fill:var(--tone);font-size:11px;font-weight:700}.key{fill:var(--tone);font-size:10px;font-weight:700}.soft{fill:var(--soft)}
.same{--tone:var(--line);--tint:var(--sunken)}.added{--tone:var(--good);--tint:var(--good-soft)}
.altered{--tone:var(--changed);--tint:var(--changed-soft)}.removed{--tone:var(--bad);--tint:var(--bad-soft)}
.line{fill:none;stroke:var(--tone);stroke-width:1.4}.suggested{stroke-dasharray:5 4}.tip{fill:var(--tone)}`;
const SIGNS: Readonly<Record<Change, string>> = { added: '+', altered: '~', removed: '−', same: '' };

/** The whole drawing as the text of an SVG file that needs nothing else. */
export function svgOf(drawing: Drawing, theme: DrawnTheme = 'both'): string {
  const { layout, relations, byName, entities } = drawing;
  const [width, height] = [layout.width + MARGIN * 2 + 60, layout.height + MARGIN * 2];
  const colours =
    theme === 'both'
      ? `svg{${LIGHT}}@media (prefers-color-scheme:dark){svg{${DARK}}}`
      : `svg{${theme === 'dark' ? DARK : LIGHT}}`;
  const lines = relations.map((relation) => {
    const ends = [relation.from, relation.to].map((name) => {
      const [entity, place] = [byName.get(name), layout.boxes.get(name)];
      return entity && place ? ([entity, place] as const) : null;
    });
    const [from, to] = ends;
    if (!from || !to) return '';
    const path = pathOf(relation, from, to, layout.bends.get(relation.id) ?? []);
    const change = relation.change === 'altered' ? 'same' : relation.change;
    return `<path class="line ${relation.kind} ${change}" d="${path}" marker-end="url(#tip-${change})"/>`;
  });
  const tips = (['same', 'added', 'removed'] as const).map(
    (change) =>
      `<marker id="tip-${change}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path class="tip ${change}" d="M1,1L9,5L1,9z"/></marker>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}">
<title>Tables ${drawing.side} the migration</title>
<style>${colours}
${RULES}</style>
<defs>${tips.join('')}</defs>
<rect class="page" x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}"/>
${lines.join('\n')}
${entities.map((entity) => entityOf(entity, layout.boxes.get(entity.name))).join('\n')}
</svg>
`;
}

function entityOf(entity: Entity, place: { readonly x: number; readonly y: number } | undefined): string {
  if (!place) return '';
  const { width, height, change } = entity;
  const text = (attributes: string, content: string): string =>
    `<text ${attributes} dy=".35em">${escaped(content)}</text>`;
  const nameRoom = Math.floor((width - (change === 'same' ? 24 : 96)) / 7.6);
  const rows = entity.rows.map((row, at) => {
    const y = HEAD + at * ROW + ROW / 2 + 2;
    const shown = roomOf(entity, row);
    const mark =
      row.change === 'same'
        ? ''
        : `<rect class="mark" x="4" y="${y - ROW / 2}" width="${width - 8}" height="${ROW}" rx="3"/>`;
    const key = row.change === 'same' ? row.mark : SIGNS[row.change];
    return `<g class="${row.change}">${mark}${text(`class="key" x="10" y="${y}"`, key)}${text(`x="34" y="${y}"`, shown.name)}${text(`class="soft" x="${width - 10}" y="${y}" text-anchor="end"`, shown.type)}</g>`;
  });
  const word = text(`class="word" x="${width - 10}" y="${HEAD / 2}" text-anchor="end"`, `${SIGNS[change]} ${change}`);
  const more = text(`class="soft" x="34" y="${height - 12}"`, `… ${entity.more} more`);
  return `<g class="${change}" transform="translate(${place.x} ${place.y})"><rect class="box" width="${width}" height="${height}" rx="7"/><path class="head" d="M0,${HEAD}V7a7,7 0 0 1 7,-7H${width - 7}a7,7 0 0 1 7,7V${HEAD}z"/>${text(`class="name" x="12" y="${HEAD / 2}"`, shortened(entity.name, nameRoom))}${change === 'same' ? '' : word}${rows.join('')}${entity.more > 0 ? more : ''}</g>`;
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
