// A schema as a document in Markdown: everything of each table, and names that would be markup are none.
import { expect, it } from 'vitest';
import { documentationOf } from '../../../src/explore/schema/documentation';
import { describeSchema } from '../../../src/schema/details';
import { readSchema } from '../../../src/schema/read';
import { engine, nativeDatabase, withDatabase } from '../../databases';

function documented(sql: string): string {
  const schema = withDatabase(nativeDatabase(sql), readSchema);
  const scratch = engine.memory();
  const details = describeSchema(scratch, schema);
  scratch.close();
  return documentationOf('shop.db', schema, details, new Map([['orders', 3]]));
}

it('has columns with their keys and comments, indexes, and references in both directions', () => {
  const text = documented(`CREATE TABLE makers(id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x|y');
    CREATE TABLE orders(
      id INTEGER PRIMARY KEY,
      maker_id INT REFERENCES makers(id) ON DELETE CASCADE -- who made it
    );
    CREATE INDEX by_maker ON orders(maker_id) WHERE maker_id > 0;
    CREATE VIEW v AS SELECT 1 AS one;`);
  expect(text).toContain('## `orders`\n\ntable, 3 rows.');
  expect(text).toContain('| `maker_id` | `INT` | → `makers` |  | who made it |');
  expect(text).toContain("| `name` | `TEXT` | not null | `'x\\|y'` |  |");
  expect(text).toContain('- index `by_maker` on `maker_id`, for some rows');
  expect(text).toContain('- `maker_id` → `makers` (`id`), ON DELETE CASCADE');
  expect(text).toContain('- referred to by `orders` (`maker_id`), ON DELETE CASCADE');
  expect(text).toContain('```sql\nCREATE VIEW v AS SELECT 1 AS one\n```');
});

it('takes names for what they are', () => {
  const text = documented('CREATE TABLE "a`b|c\n# d"("<img>" TEXT);');
  expect(text).toContain('## ``a`b\\|c # d``');
  expect(text).toContain('| `<img>` | `TEXT` |');
});
