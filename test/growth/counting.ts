// A database that notes what it is asked: growth is told by how much work there is, and not by a clock.

import type { Database } from '../../src/database';

/** Notes in `asked` the SQL that a database is given, and all databases that are made beside it. */
export function noting(database: Database, asked: string[]): Database {
  const noted = (sql: string): string => {
    asked.push(sql);
    return sql;
  };
  return {
    execute: (sql, parameters) => database.execute(noted(sql), parameters),
    query: (sql, parameters) => database.query(noted(sql), parameters),
    visit: (sql, parameters, visitor) => database.visit(noted(sql), parameters, visitor),
    compile: (sql) => database.compile(noted(sql)),
    define: (definition) => database.define(definition),
    scratch: () => noting(database.scratch(), asked),
    fork: () => noting(database.fork(), asked),
    close: () => database.close(),
  };
}

/** The values, which count in `seen` how often something of one is looked at. */
export function watched<Value extends object>(values: readonly Value[], seen: { count: number }): readonly Value[] {
  return values.map(
    (value) =>
      new Proxy(value, {
        get(target, key, receiver): unknown {
          seen.count++;
          return Reflect.get(target, key, receiver);
        },
      }),
  );
}
