// Shows the latest of many values now and then, where showing each would cost more than it tells.

/**
 * Gives a function that passes on the last value it was called with, `milliseconds` after the first call that was not
 * passed on yet.
 */
export function latestNowAndThen<Value>(show: (value: Value) => void, milliseconds: number): (value: Value) => void {
  let waiting: { value: Value } | null = null;
  return (value) => {
    if (waiting) {
      waiting.value = value;
      return;
    }
    const held = { value };
    waiting = held;
    setTimeout(() => {
      waiting = null;
      show(held.value);
    }, milliseconds);
  };
}
