// How much the page draws at once.
import type { Visit } from './visit';

/** Counts, for each task from now on, the elements of a kind that it added, took away or changed. */
export async function countDrawnByTask(visit: Visit, kind: string): Promise<() => Promise<readonly number[]>> {
  const counts = await visit.page.evaluateHandle((selector) => {
    const found: number[] = [];
    // The changes that a task makes are told together, after its end.
    new MutationObserver((records) => {
      const drawn = new Set<Element>();
      for (const { type, target, addedNodes, removedNodes } of records) {
        for (const node of type === 'attributes' ? [target] : [...addedNodes, ...removedNodes]) {
          if (!(node instanceof Element)) continue;
          if (node.matches(selector)) drawn.add(node);
          if (type === 'childList') for (const inner of node.querySelectorAll(selector)) drawn.add(inner);
        }
      }
      if (drawn.size > 0) found.push(drawn.size);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
    return found;
  }, kind);
  return () => counts.evaluate((found) => found.splice(0));
}
