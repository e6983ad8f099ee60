// Shows the latest of many values now and then, where showing each would cost more than it tells.

/**
 * Gives a function that passes on the first value it is called with at once, and after that the latest one that was not
 * passed on yet, `milliseconds` after the one before it.
 */
export function latestNowAndThen<Value>(show: (value: Value) => void, milliseconds: number): (value: Value) => void {
  let resting = false;
  let waiting: { value: Value } | null = null;
  const pass = (value: Value): void => {
    resting = true;
    show(value);
    setTimeout(() => {
      const next = waiting;
      resting = false;
      waiting = null;
      if (next) pass(next.value);
    }, milliseconds);
  };
  return (value) => {
    if (resting) waiting = { value };
    else pass(value);
  };
}
