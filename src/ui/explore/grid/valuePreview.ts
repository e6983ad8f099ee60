// Values that say more when they are not shown as they are stored: JSON with indents, and pictures.

/** JSON beyond this is shown as it is. */
const MOST_CHARACTERS = 1_000_000;
const MOST_BYTES = 20_000_000;

/**
 * A JSON object or array with a line for each of its parts; null for any other text. Only blanks between its tokens change: numbers
 * keep their digits, and members their order.
 */
export function indented(text: string): string | null {
  if (!/^\s*[[{]/.test(text) || text.length > MOST_CHARACTERS) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let depth = 0;
  let result = '';
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+|[{}[\],:]/g) ?? [];
  for (const [at, token] of tokens.entries()) {
    const line = `\n${'  '.repeat(depth)}`;
    if (token === '{' || token === '[') {
      depth++;
      result += /^[}\]]$/.test(tokens[at + 1] ?? '') ? token : `${token}${line}  `;
    } else if (token === '}' || token === ']') {
      depth--;
      result += /^[{[]$/.test(tokens[at - 1] ?? '') ? token : `${line.slice(0, -2)}${token}`;
    } else if (token === ',') result += `,${line}`;
    else result += token === ':' ? ': ' : token;
  }
  return result;
}

/** What pictures begin with, by their types (https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern). */
const SIGNATURES: readonly (readonly [string, RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBPVP/],
];

/** The address of bytes that are a picture, of the one kind that the page's policy shows; null for other bytes. */
export function imageAddress(bytes: Uint8Array): string | null {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  const type = SIGNATURES.find(([, pattern]) => pattern.test(start))?.[0];
  if (type === undefined || bytes.length > MOST_BYTES) return null;
  let binary = '';
  const AT_ONCE = 8192;
  for (let at = 0; at < bytes.length; at += AT_ONCE) binary += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  return `data:${type};base64,${btoa(binary)}`;
}
