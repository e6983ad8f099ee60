// One instant for all that runs: SQLite, compiled to WebAssembly, asks JavaScript for the time.

/**
 * Does something during which no time passes: whatever asks what time it is, SQLite's CURRENT_TIMESTAMP and 'now' too, is told
 * this instant. So a script that is run twice with one instant gives the same rows twice.
 * @param milliseconds since 1970 began, UTC
 */
export function atInstant<Value>(milliseconds: number, work: () => Value): Value {
  const { now } = Date;
  Date.now = () => milliseconds;
  try {
    return work();
  } finally {
    Date.now = now;
  }
}
