// The times of one migration, from the marks that a page set on its way.

/**
 * @typedef {object} Times in milliseconds
 * @property {number} schema from the drop to the schema
 * @property {number | null} plan from the schema to the plan; null where there is no plan
 * @property {number} run the statements and the commit
 * @property {number} total from the drop to the result, without proofs
 * @property {number | null} withProofs the same with the proofs; null where there are none
 */

/**
 * Throws where a mark is missing.
 * @param {Record<string, number>} marks milliseconds by the name of the mark
 * @param {{ run: number } | null} report what Drydock's report says of the time of its run, which it does not mark; null
 *   for a page that marks "committed", and proves nothing
 * @returns {Times}
 */
export function timesOf(marks, report) {
  /** @param {string} name */
  const at = (name) => {
    const time = marks[name];
    if (time === undefined) throw new Error(`The page did not mark "${name}"`);
    return time;
  };
  const planned = marks['plan-shown'] ?? null;
  const total = at('result-ready') - at('drop');
  return {
    schema: at('schema-shown') - at('drop'),
    plan: planned === null ? null : planned - at('schema-shown'),
    run: report === null ? at('committed') - at('run-started') : report.run,
    total,
    withProofs: report !== null ? total + Math.max(0, at('proofs-done') - at('result-ready')) : null,
  };
}
