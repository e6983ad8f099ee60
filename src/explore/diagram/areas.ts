// Which tables of a diagram lie in one area: those whose names begin alike, or those that relate to each other more than to others.

/** By what tables are put together. */
export type Areas = 'none' | 'prefix' | 'community';

/**
 * The area of each table that lies in one, by the table's name. An area has at least two tables, and is not all there is.
 * @param pairs the two tables of each relation
 */
export function areasOf(
  names: readonly string[],
  pairs: readonly (readonly [string, string])[],
  by: Areas,
): ReadonlyMap<string, string> {
  if (by === 'none') return new Map();
  const groups = new Map<string, string[]>();
  const group = by === 'prefix' ? prefixOf : communities(names, pairs);
  for (const name of names) {
    const label = group(name);
    if (label !== null) groups.set(label, [...(groups.get(label) ?? []), name]);
  }
  const large = [...groups].filter(([, some]) => some.length > 1 && some.length < names.length);
  return new Map(large.flatMap(([label, some]) => some.map((name) => [name, label] as const)));
}

/** The first word of a name that has several, written `like_this` or `likeThis`. */
function prefixOf(name: string): string | null {
  return /^(?:([^_]+)_|([a-z]+)[A-Z])/.exec(name)?.slice(1).find(Boolean)?.toLowerCase() ?? null;
}

/**
 * Each table joins the community to which most of its relations lead, beyond what chance would give, until none wants to change: the
 * first phase of the method of Louvain (Blondel et al. 2008, https://arxiv.org/abs/0803.0476). A community is called after its table
 * with the most relations.
 */
function communities(
  names: readonly string[],
  pairs: readonly (readonly [string, string])[],
): (name: string) => string | null {
  const neighbours = new Map(names.map((name) => [name, new Map<string, number>()]));
  for (const [one, other] of pairs) {
    if (one === other) continue;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const known = neighbours.get(from);
      known?.set(to, (known.get(to) ?? 0) + 1);
    }
  }
  const degrees = new Map(
    [...neighbours].map(([name, all]) => [name, [...all.values()].reduce((sum, one) => sum + one, 0)]),
  );
  const degree = (name: string): number => degrees.get(name) ?? 0;
  const twice = names.reduce((sum, name) => sum + degree(name), 0);
  const of = new Map(names.map((name) => [name, name]));
  const totals = new Map(degrees);
  const ROUNDS = 20;
  for (let round = 0, changed = true; changed && round < ROUNDS; round++) {
    changed = false;
    for (const name of names) {
      const own = of.get(name) ?? name;
      totals.set(own, (totals.get(own) ?? 0) - degree(name));
      const links = new Map<string, number>([[own, 0]]);
      for (const [other, number] of neighbours.get(name) ?? []) {
        const community = of.get(other) ?? other;
        links.set(community, (links.get(community) ?? 0) + number);
      }
      let best = { community: own, gain: -Infinity };
      for (const [community, number] of links) {
        const gain = number - ((totals.get(community) ?? 0) * degree(name)) / Math.max(1, twice);
        if (gain > best.gain + 1e-9) best = { community, gain };
      }
      changed ||= best.community !== own;
      of.set(name, best.community);
      totals.set(best.community, (totals.get(best.community) ?? 0) + degree(name));
    }
  }
  const centres = new Map<string, string>();
  for (const name of names) {
    const community = of.get(name) ?? name;
    const centre = centres.get(community);
    if (centre === undefined || degree(name) > degree(centre)) centres.set(community, name);
  }
  return (name) => (degree(name) === 0 ? null : (centres.get(of.get(name) ?? name) ?? null));
}
