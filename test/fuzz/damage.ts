// Damage to files and scripts, of the kinds that disks, copies and people do.
import type { Random } from './random';

type Damage = (bytes: Uint8Array, random: Random) => Uint8Array;

const INTERESTING = [0, 1, 2, 5, 10, 13, 0x7f, 0x80, 0x81, 0xfe, 0xff] as const;

const DAMAGES: readonly Damage[] = [
  function flipBits(bytes, random) {
    const copy = bytes.slice();
    for (let times = 1 + random.below(4); times > 0; times--) {
      const at = random.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    return copy;
  },
  function changeBytes(bytes, random) {
    const copy = bytes.slice();
    for (let times = 1 + random.below(8); times > 0; times--)
      copy[random.below(copy.length)] = random.pick(INTERESTING);
    return copy;
  },
  function changeHeader(bytes, random) {
    const copy = bytes.slice();
    copy[random.below(Math.min(100, copy.length))] = random.pick(INTERESTING);
    return copy;
  },
  /** The first bytes of a page say what it is and where its cells lie. */
  function changePageHeader(bytes, random) {
    const copy = bytes.slice();
    const size = random.pick([512, 1024, 4096]);
    const at = random.below(Math.ceil(copy.length / size)) * size + random.below(16);
    if (at < copy.length) copy[at] = random.pick(INTERESTING);
    return copy;
  },
  function blank(bytes, random) {
    const copy = bytes.slice();
    const start = random.below(copy.length);
    copy.fill(random.pick([0, 0xff, 0x55]), start, start + 1 + random.below(2000));
    return copy;
  },
  function swapPages(bytes, random) {
    const copy = bytes.slice();
    const size = random.pick([512, 1024, 4096]);
    const pages = Math.max(1, Math.floor(copy.length / size));
    const [from, to] = [random.below(pages) * size, random.below(pages) * size];
    copy.set(bytes.subarray(from, from + size).subarray(0, copy.length - to), to);
    return copy;
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random) => Uint8Array.from([...bytes, ...new Uint8Array(1 + random.below(5000)).fill(random.below(256))]),
];

/** Damages bytes in one way or in two; an empty file stays one. */
export function damageBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let damaged = bytes;
  for (let times = random.once(4) ? 2 : 1; times > 0; times--) {
    if (damaged.length > 0) damaged = random.pick(DAMAGES)(damaged, random);
  }
  return damaged;
}

const PIECES = [
  "'", '"', '`', '[', ']', '(', ')', ';', ',', '--', '/*', '*/', '\0', '\r', '\n', '.', '?', ':a', '0x', '1e', 'NULL', 'BEGIN;',
  'COMMIT;', 'ROLLBACK;', 'SAVEPOINT a;', 'RELEASE a;', 'END', 'CASE', 'GO\n', '.tables\n', 'UNIQUE', 'NOT NULL', 'PRIMARY KEY',
  'WITHOUT ROWID', 'STRICT', 'REFERENCES missing', 'GENERATED ALWAYS AS (1)', 'DEFAULT (random())', 'IF NOT EXISTS', 'TEMP', 'é', '😀',
] as const; // prettier-ignore

/** Damages a script: leaves out, doubles, moves and puts in pieces of it. */
export function damageText(text: string, random: Random): string {
  const words = text.split(/(\s+|[(),;])/);
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(words.length);
    const change = random.below(4);
    if (change === 0) words.splice(at, 1);
    else if (change === 1) words.splice(at, 0, words[random.below(words.length)] ?? '');
    else if (change === 2) words.splice(at, 0, ` ${random.pick(PIECES)} `);
    else words.splice(at, 1, words[random.below(words.length)] ?? '');
  }
  return words.join('');
}
