// Figures as sentences about a file have them.

/** A whole number with its thousands set apart. */
export function figure(value: number): string {
  return value.toLocaleString('en-US');
}

/** So many of something: `1 page`, `1,024 pages`. */
export function count(value: number, noun: string): string {
  return `${figure(value)} ${noun}${value === 1 ? '' : 's'}`;
}
