// The names under which results and reports are saved.

/** The name of the result: `spine.db` becomes `spine.upgraded.db`. */
export function upgradedName(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? `${name}.upgraded` : `${name.slice(0, dot)}.upgraded${name.slice(dot)}`;
}

/** The name of a report on a file: `spine.db` becomes `spine.report.json`. */
export function reportName(name: string, extension: 'json' | 'md'): string {
  const dot = name.lastIndexOf('.');
  return `${dot <= 0 ? name : name.slice(0, dot)}.report.${extension}`;
}
