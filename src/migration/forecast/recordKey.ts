// The key of a row, read from the bytes of its record on a page.

/** Widths of the integers of serial types 1 to 6 (https://sqlite.org/fileformat2.html, 2.1 “Record Format”). */
const WIDTHS = [0, 1, 2, 3, 4, 6, 8] as const;

/**
 * The first columns of a record as SQL literals: those of the primary key in a table WITHOUT ROWID, in the key's order.
 * @param cursor stands where the record begins, of which `local` bytes lie on the page
 * Gives null where they do not all lie on the page.
 */
export function keyLiterals(cursor: ByteCursor, local: number, columns: number): readonly string[] | null {
  const start = cursor.at;
  const end = start + local;
  const values = new ByteCursor(cursor.bytes, start + cursor.size(), Math.min(end, cursor.end));
  const literals: string[] = [];
  for (let column = 0; column < columns; column++) {
    const type = cursor.size();
    const width = type >= 12 ? Math.floor((type - 12) / 2) : type === 7 ? 8 : (WIDTHS[type] ?? 0);
    if (cursor.at > end || values.at + width > values.end) return null;
    if (type === 8 || type === 9) literals.push(String(type - 8));
    else if (type >= 12)
      literals.push(type % 2 === 1 ? `CAST(x'${values.hex(width)}' AS TEXT)` : `x'${values.hex(width)}'`);
    else if (type === 7) literals.push(realLiteral(values.real()));
    else literals.push(type === 0 ? 'NULL' : String(values.integer(width)));
  }
  return literals;
}

function realLiteral(value: number): string {
  if (Number.isFinite(value)) return value.toExponential();
  return Number.isNaN(value) ? 'NULL' : value > 0 ? '9e999' : '-9e999';
}

/** Reads one thing after another from the bytes of a page. Past `end` all is 0. */
export class ByteCursor {
  readonly bytes: DataView;
  readonly end: number;
  at: number;

  constructor(bytes: DataView, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = Math.min(end, bytes.byteLength);
  }

  private byte(): number {
    const at = this.at++;
    return at < this.end ? this.bytes.getUint8(at) : 0;
  }

  /** A varint that is a size; one beyond 2^53 is not exact, and far beyond any that is allowed. */
  size(): number {
    let value = 0;
    for (let count = 0; count < 8; count++) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    return value * 256 + this.byte();
  }

  /** A varint with all of its 64 bits, without a sign. */
  varint(): bigint {
    let value = 0n;
    for (let count = 0; count < 8; count++) {
      const byte = this.byte();
      value = (value << 7n) | BigInt(byte & 0x7f);
      if (byte < 0x80) return value;
    }
    return (value << 8n) | BigInt(this.byte());
  }

  /** A signed integer of so many bytes. */
  integer(width: number): bigint {
    let value = 0n;
    for (let count = 0; count < width; count++) value = (value << 8n) | BigInt(this.byte());
    return BigInt.asIntN(8 * width, value);
  }

  /** An IEEE number of 8 bytes. */
  real(): number {
    const eight = new DataView(new ArrayBuffer(8));
    eight.setBigInt64(0, this.integer(8));
    return eight.getFloat64(0);
  }

  /** So many bytes in hexadecimal. */
  hex(width: number): string {
    return Array.from({ length: width }, () => this.byte().toString(16).padStart(2, '0')).join('');
  }
}
