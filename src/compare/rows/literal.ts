// Values as SQL text that every build of SQLite reads as the very same value.

import { quoteText } from '../../database';
import { hexOf } from '../../explore/data/exportRows';
import type { Decode } from '../../explore/data/cells';
import { realText, type ExactRow } from './exactRow';

/**
 * A value as an SQL expression of constants.
 * @param decode texts of the database that the value is from; for its bytes it is the same encoding that the statement runs in
 */
export function literal({ types, values }: ExactRow, at: number, decode: Decode): string {
  const value = values[at] ?? null;
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) {
    if (types[at] === 'b') return `x'${hexOf(value)}'`;
    const text = decode(value, false);
    return hasCharactersOnly(text) ? textLiteral(text) : `CAST(x'${hexOf(value)}' AS TEXT)`;
  }
  if (typeof value === 'string') return textLiteral(value);
  return types[at] === 'r' ? realLiteral(Number(value)) : String(value);
}

/** Bytes that are no text come as lone surrogates, or as U+FFFD. */
function hasCharactersOnly(text: string): boolean {
  return !/[\ud800-\udfff\ufffd]/u.test(text);
}

// eslint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\0-\x08\x0b-\x1f\x7f]/g;

/** SQLite ends a statement at a NUL, and the sqlite3 shell drops a carriage return at the end of a line. */
function textLiteral(text: string): string {
  const quoted = quoteText(text).replace(CONTROL, (character) => `' || char(${character.charCodeAt(0)}) || '`);
  return quoted.includes(' || char(') ? `(${quoted})` : quoted;
}

const EXACT_DIGITS = 2n ** 53n;
/** Powers of ten up to this one are exact as doubles. */
const EXACT_POWER = 22;

/**
 * A real, exactly. SQLite promises 15 digits only (https://sqlite.org/floatingpoint.html), and its builds read the others in different
 * ways: so decimal digits stand only where any way of reading them comes to this number. Others are a product of a whole number below
 * 2^53 and powers of two, which no arithmetic of IEEE 754 rounds.
 */
export function realLiteral(value: number): string {
  if (value === Infinity) return '9e999';
  if (value === -Infinity) return '-9e999';
  if (value < 0 || Object.is(value, -0)) return `-${magnitude(-value)}`;
  return magnitude(value);
}

function magnitude(value: number): string {
  if (value === 0) return '0.0';
  return isReadAlike(value) ? realText(value) : product(value);
}

/** Whether the shortest digits of a number are far enough from where another number begins for any reader to find it. */
function isReadAlike(value: number): boolean {
  const { digits, power } = decimal(value);
  if (digits >= EXACT_DIGITS || Math.abs(power) > EXACT_POWER) return false;
  const { whole, exponent } = binary(value);
  // |digits * 10^power - whole * 2^exponent| against a 512th of the half step to the next number, both as whole numbers.
  const [up, down] = [10n ** BigInt(Math.max(0, power)), 10n ** BigInt(Math.max(0, -power))];
  const [wider, narrower] = [2n ** BigInt(Math.max(0, exponent)), 2n ** BigInt(Math.max(0, -exponent))];
  const difference = digits * up * narrower - whole * wider * down;
  const distance = difference < 0n ? -difference : difference;
  const halfStep = wider * down;
  return distance * 2n * 512n < halfStep * 511n;
}

/** The shortest decimal digits of a number: `digits * 10^power`. */
function decimal(value: number): { readonly digits: bigint; readonly power: number } {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const [first = '', rest = ''] = mantissa.split('.');
  return { digits: BigInt(first + rest), power: Number(exponent) - rest.length };
}

/** A positive number as `whole * 2^exponent`, with a whole number below 2^53. */
function binary(value: number): { readonly whole: bigint; readonly exponent: number } {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;
  const stored = Number(bits >> 52n);
  const fraction = bits & (2n ** 52n - 1n);
  return stored === 0 ? { whole: fraction, exponent: -1074 } : { whole: fraction + 2n ** 52n, exponent: stored - 1075 };
}

/** Steps of 2^62, the largest power of two that is an integer of SQLite's. */
const STEP = 62;

function product(value: number): string {
  let { whole, exponent } = binary(value);
  while (whole % 2n === 0n) {
    whole /= 2n;
    exponent++;
  }
  let text = `${whole}.0`;
  // Divided in the end only: what comes before the last division is no subnormal number, so nothing is rounded twice.
  for (let left = Math.abs(exponent); left > 0; left -= STEP) {
    text += ` ${exponent < 0 ? '/' : '*'} ${2n ** BigInt(Math.min(left, STEP))}`;
  }
  return `(${text})`;
}
