// Numbers, sizes and durations in words: said once, so that page, report and findings write them alike.

/** `1,234`; for whole numbers. Asking the browser to format costs a list of thousands of figures more than drawing it. */
export function figure(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 row`, `3,543 rows`. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${figure(value)} ${value === 1 ? singular : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** The first of some lines, in one: `a; b; and 3 more`. A list of more is no longer read. */
export function firstOf(lines: readonly string[], most = 5): string {
  const more = lines.length - most;
  return [...lines.slice(0, most), ...(more > 0 ? [`and ${figure(more)} more`] : [])].join('; ');
}

/** A size in bytes, with the unit that suits it: `512 bytes`, `1.7 MB`, `6.0 GB` (powers of ten). */
export function size(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  const exponent = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** exponent).toFixed(1)} ${units[exponent - 1] ?? ''}`;
}

/** A time in milliseconds, with the unit that suits it: `0.4 ms`, `12 ms`, `3.2 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A time in milliseconds that is estimated, no finer than it is known: `under a second`, `about 20 s`, `about 3 minutes`. */
export function roughly(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return 'under a second';
  const step = seconds < 10 ? 1 : seconds < 30 ? 5 : 10;
  const rounded = Math.round(seconds / step) * step;
  return rounded < 60 ? `about ${rounded} s` : `about ${counted(Math.round(seconds / 60), 'minute')}`;
}
