// A schema as a document in Markdown and in HTML: everything of each table, and names that would be markup are none.
import { describe, expect, it } from 'vitest';
import { documentationOf, type SchemaDocument } from '../../../src/explore/schema/documentation';
import { htmlOf } from '../../../src/explore/schema/documentationHtml';
import { markdownOf } from '../../../src/explore/schema/documentationMarkdown';
import { describeSchema } from '../../../src/schema/details';
import { readSchema } from '../../../src/schema/read';
import { engine, nativeDatabase, withDatabase } from '../../databases';

function documented(sql: string): SchemaDocument {
  const schema = withDatabase(nativeDatabase(sql), readSchema);
  const scratch = engine.memory();
  const details = describeSchema(scratch, schema);
  scratch.close();
  return documentationOf('shop.db', schema, details, new Map([['orders', 3]]));
}

const shop = documented(`CREATE TABLE makers(id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x|y');
  CREATE TABLE orders(
    id INTEGER PRIMARY KEY,
    maker_id INT REFERENCES makers(id) ON DELETE CASCADE -- who made it
  );
  CREATE INDEX by_maker ON orders(maker_id) WHERE maker_id > 0;
  CREATE VIEW v AS SELECT 1 AS one;`);
const odd = documented(
  'CREATE TABLE "a`b|c\n# d"("<img>" TEXT DEFAULT \'&amp;\'); CREATE TABLE "p""q"(a REFERENCES nowhere);',
);

describe('In Markdown', () => {
  it('has columns with their keys and comments, indexes, and references in both directions', () => {
    const text = markdownOf(shop);
    expect(text).toContain('## `orders`\n\ntable, 3 rows.');
    expect(text).toContain('| `maker_id` | `INT` | → `makers` |  | who made it |');
    expect(text).toContain("| `name` | `TEXT` | not null | `'x\\|y'` |  |");
    expect(text).toContain('- index `by_maker` on `maker_id`, for some rows');
    expect(text).toContain('- `maker_id` → `makers` (`id`), ON DELETE CASCADE');
    expect(text).toContain('- referred to by `orders` (`maker_id`), ON DELETE CASCADE');
    expect(text).toContain('```sql\nCREATE VIEW v AS SELECT 1 AS one\n```');
  });

  it('takes names for what they are', () => {
    const text = markdownOf(odd);
    expect(text).toContain('## ``a`b\\|c # d``');
    expect(text).toContain('| `<img>` | `TEXT` |');
  });
});

describe('In HTML', () => {
  it('has the same, and each name of a table leads to that table', () => {
    const text = htmlOf(shop);
    expect(text).toContain('<section id="table-1">\n<h2><code>makers</code></h2>');
    expect(text).toContain('<p class="facts">table, 3 rows</p>');
    expect(text).toContain(
      '<tr><th scope="row"><code>maker_id</code></th><td><code>INT</code></td><td>→ <a href="#table-1"><code>makers</code></a></td><td></td><td>who made it</td></tr>',
    );
    expect(text).toContain('<li>index <code>by_maker</code> on <code>maker_id</code>, for some rows</li>');
    expect(text).toContain('<li>referred to by <a href="#table-2"><code>orders</code></a> (<code>maker_id</code>)');
    expect(text).toContain('<pre><code>CREATE VIEW v AS SELECT 1 AS one</code></pre>');
    const places = [...text.matchAll(/href="#([^"]+)"/g)].map(([, place]) => place);
    expect(places.filter((place) => !text.includes(`<section id="${place}">`))).toEqual([]);
  });

  it('takes names for what they are, and leads nowhere where there is no such table', () => {
    const text = htmlOf(odd);
    expect(text).toContain('<code>&lt;img&gt;</code>');
    expect(text).toContain("<code>'&amp;amp;'</code>");
    expect(text).toContain('aria-label="Columns of p&quot;q"');
    expect(text).toContain('→ <code>nowhere</code>');
    expect(text).not.toMatch(/<img|<script|https?:/);
  });
});
