// A pause in what takes a while, so that it does not hold the page up.

/** Lets the page do what waits; what follows is a task of its own. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
