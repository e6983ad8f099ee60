// Runs the `@example` of a doc comment. A line `expression; // value` is a claim: it is left out of the code, and compared.

/** What an example claims: the expression as it is written, what it gave, and what it should have given. */
export interface Claim {
  readonly expression: string;
  readonly given: unknown;
  readonly expected: unknown;
}

/**
 * Runs the example in the doc comment right before `declaration`, with `names` in scope.
 * @param source the text of a file of src
 */
export async function runExample(
  source: string,
  declaration: string,
  names: Readonly<Record<string, unknown>>,
): Promise<readonly Claim[]> {
  const before = source.slice(0, source.indexOf(declaration));
  const comment = before.slice(before.lastIndexOf('/**'));
  const example = /@example\n([\s\S]*?)\n \*\/\n$/.exec(comment)?.[1];
  if (example === undefined) throw new Error(`${declaration} has no example`);
  const lines = example.split('\n').map((line) => {
    const code = line.replace(/^ \* ?/, '');
    const [, expression, expected] = /^(.*\S); \/\/ ((?:true|false|null|\d|['"[{]).*)$/.exec(code) ?? [];
    if (expression === undefined || expected === undefined) return code;
    return `claims.push({ expression: ${JSON.stringify(expression)}, given: ${expression}, expected: ${expected} });`;
  });
  const body = `return (async () => { const claims = []; ${lines.join('\n')}\nreturn claims; })();`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- an example is code of this repository
  const run = new Function(...Object.keys(names), body) as (...values: readonly unknown[]) => Promise<readonly Claim[]>;
  return run(...Object.values(names));
}
