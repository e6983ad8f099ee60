// A record, read from its bytes (https://sqlite.org/fileformat2.html, 2.1 “Record Format”): where its values lie, a hash of
// each, and which of two comes first. One object is used for millions of records.

/** The collations that SQLite itself has. */
export type BuiltInCollation = 'BINARY' | 'NOCASE' | 'RTRIM';

/** Values can only be told apart by SQLite itself: their order is not known here. */
export class OrderUnknown extends Error {
  override readonly name = 'OrderUnknown';
}

/** A varint is read to `value`; gives the place after it. */
const varint = { value: 0 };
export function readVarint(bytes: Uint8Array, at: number): number {
  let byte = bytes[at] ?? 0;
  if (byte < 0x80) {
    varint.value = byte;
    return at + 1;
  }
  let value = byte & 0x7f;
  for (let length = 1; length < 8; length++) {
    byte = bytes[at + length] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      varint.value = value;
      return at + length + 1;
    }
  }
  varint.value = value * 256 + (bytes[at + 8] ?? 0);
  return at + 9;
}

/** The value of the varint that was read last; exact below 2^53. */
export function lastVarint(): number {
  return varint.value;
}

const [INT_0, INT_1, REAL, FIRST_BLOB] = [8, 9, 7, 12];
const SIZES: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
/** The classes of values in their order. */
const [NULL, NUMBER, TEXT, BLOB] = [0, 1, 2, 3];

function classOf(type: number): number {
  return type === 0 ? NULL : type < FIRST_BLOB ? NUMBER : type % 2 === 0 ? BLOB : TEXT;
}

/** Two mixing steps that have nothing in common, so that two hashes that both happen to agree mean the same value. */
export function mixOne(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
export function mixOther(hash: number, word: number): number {
  const mixed = Math.imul((hash + word) | 0, 0x85ebca77);
  return (mixed << 13) | (mixed >>> 19);
}

const double = new DataView(new ArrayBuffer(8));

/** A record where it lies. What it gives holds until it is put elsewhere. */
export class RecordView {
  bytes: Uint8Array = new Uint8Array(0);
  /** How many values were read. */
  count = 0;
  /** The hash of the value that `hash` was asked for last, in two halves. */
  hashOne = 0;
  hashOther = 0;
  rowidHigh = 0;
  rowidLow = 0;
  readonly #types: number[] = [];
  readonly #starts: number[] = [];
  /** Where the values that were read end. */
  #end = 0;
  #high = 0;
  #low = 0;

  /**
   * Puts it over the bytes from `start` up to `end` (exclusive) and reads where its values lie, `most` of them at most.
   * False where the bytes do not hold those.
   */
  put(bytes: Uint8Array, start: number, end: number, most: number): boolean {
    this.bytes = bytes;
    this.count = 0;
    let at = readVarint(bytes, start);
    const headerEnd = start + varint.value;
    if (headerEnd > end) return false;
    let place = headerEnd;
    let count = 0;
    while (at < headerEnd && count < most) {
      let type = bytes[at] ?? 0;
      if (type < 0x80) at++;
      else {
        at = readVarint(bytes, at);
        type = varint.value;
      }
      this.#types[count] = type;
      this.#starts[count] = place;
      if (type >= FIRST_BLOB) place += Math.floor((type - FIRST_BLOB) / 2);
      else {
        const size = SIZES[type];
        if (size === undefined) return false;
        place += size;
      }
      count++;
    }
    this.count = count;
    this.#end = place;
    return at <= headerEnd && place <= end;
  }

  /** Whether the values that were read end there. */
  endsAt(end: number): boolean {
    return this.#end === end;
  }

  /** Reads a value as a rowid into `rowidHigh` and `rowidLow`; false where it is no integer. */
  readRowid(at: number): boolean {
    const type = this.#types[at] ?? 0;
    if (type === 0 || type === REAL || type >= FIRST_BLOB) return false;
    this.#readNumber(at, false);
    this.rowidHigh = this.#high;
    this.rowidLow = this.#low;
    return true;
  }

  /** The serial type of a value; 0 is NULL. */
  typeOf(at: number): number {
    return this.#types[at] ?? 0;
  }

  /**
   * Hashes a value with its type. The same integer has one hash, however many bytes it takes.
   * @param isReal the column keeps all numbers as floating point; SQLite stores integers among them as such
   */
  hash(at: number, isReal: boolean): void {
    const type = this.#types[at] ?? 0;
    if (type === 0) {
      this.hashOne = 0x2545f491;
      this.hashOther = 0x1b873593;
    } else if (type < FIRST_BLOB) {
      this.#readNumber(at, isReal);
      this.hashWords(type === REAL || isReal ? 2 : 1, this.#high, this.#low);
    } else {
      this.#hashBytes(this.#starts[at] ?? 0, type);
    }
  }

  /** Hashes a number by its two halves. */
  hashWords(kind: number, high: number, low: number): void {
    this.hashOne = mixOne(mixOne(kind, high), low);
    this.hashOther = mixOther(mixOther(kind, high), low);
  }

  #hashBytes(start: number, type: number): void {
    const { bytes } = this;
    const length = Math.floor((type - FIRST_BLOB) / 2);
    const end = start + length;
    // The type tells text from bytes, and how many there are.
    let one = mixOne(3, type | 0);
    let other = mixOther(3, type | 0);
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word =
        (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
      one = Math.imul(one ^ word, 0x9e3779b1);
      one ^= one >>> 15;
      other = Math.imul((other + word) | 0, 0x85ebca77);
      other = (other << 13) | (other >>> 19);
    }
    if (at < end) {
      let word = 0;
      for (; at < end; at++) word = (word << 8) | (bytes[at] ?? 0);
      one = mixOne(one, word);
      other = mixOther(other, word);
    }
    this.hashOne = one;
    this.hashOther = other;
  }

  /** Reads a number into two halves: those of a 64-bit integer, or of a double. */
  #readNumber(at: number, isReal: boolean): void {
    const { bytes } = this;
    const type = this.#types[at] ?? 0;
    let place = this.#starts[at] ?? 0;
    const hasBytes = type !== INT_0 && type !== INT_1;
    // What it has no bytes for has the bit of its sign.
    let high = hasBytes && (bytes[place] ?? 0) >= 0x80 ? -1 : 0;
    let low = hasBytes ? high : type - INT_0;
    for (const end = place + (SIZES[type] ?? 0); place < end; place++) {
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | (bytes[place] ?? 0);
    }
    if (isReal && type !== REAL) {
      double.setFloat64(0, high * 2 ** 32 + (low >>> 0));
      high = double.getInt32(0);
      low = double.getInt32(4);
    }
    this.#high = high;
    this.#low = low;
  }

  /**
   * Which of two values comes first, as SQLite orders them: negative, 0 or positive. Throws OrderUnknown for what JavaScript's numbers
   * cannot tell, and for texts that a collation ends at a NUL.
   */
  compare(at: number, other: RecordView, otherAt: number, collation: BuiltInCollation): number {
    const type = this.#types[at] ?? 0;
    const otherType = other.#types[otherAt] ?? 0;
    if (type === 0 && otherType === 0) return 0;
    const kind = classOf(type);
    const kinds = kind - classOf(otherType);
    if (kinds !== 0) return kinds;
    if (kind === NUMBER) return this.#compareNumbers(at, other, otherAt);
    const start = this.#starts[at] ?? 0;
    const otherStart = other.#starts[otherAt] ?? 0;
    let end = start + Math.floor((type - FIRST_BLOB) / 2);
    let otherEnd = otherStart + Math.floor((otherType - FIRST_BLOB) / 2);
    const a = this.bytes;
    const b = other.bytes;
    const folds = kind === TEXT && collation === 'NOCASE';
    if (kind === TEXT && collation === 'RTRIM') {
      while (end > start && a[end - 1] === SPACE) end--;
      while (otherEnd > otherStart && b[otherEnd - 1] === SPACE) otherEnd--;
    }
    const length = Math.min(end - start, otherEnd - otherStart);
    for (let step = 0; step < length; step++) {
      const one = a[start + step] ?? 0;
      const two = b[otherStart + step] ?? 0;
      if (folds) {
        if (one === 0 || two === 0) throw new OrderUnknown();
        if (lower(one) !== lower(two)) return lower(one) - lower(two);
      } else if (one !== two) return one - two;
    }
    return end - start - (otherEnd - otherStart);
  }

  #compareNumbers(at: number, other: RecordView, otherAt: number): number {
    const isReal = this.#types[at] === REAL;
    const otherIsReal = other.#types[otherAt] === REAL;
    this.#readNumber(at, false);
    other.#readNumber(otherAt, false);
    if (!isReal && !otherIsReal) return this.#high - other.#high || (this.#low >>> 0) - (other.#low >>> 0);
    return this.#lastNumber(isReal) - other.#lastNumber(otherIsReal);
  }

  #lastNumber(isReal: boolean): number {
    if (!isReal) {
      const value = this.#high * 2 ** 32 + (this.#low >>> 0);
      if (!Number.isSafeInteger(value)) throw new OrderUnknown();
      return value;
    }
    double.setInt32(0, this.#high);
    double.setInt32(4, this.#low);
    const value = double.getFloat64(0);
    if (!Number.isFinite(value)) throw new OrderUnknown();
    return value;
  }
}

const SPACE = 0x20;

/** A byte as NOCASE compares it: only ASCII letters lose their case. */
function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
