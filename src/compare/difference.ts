// What differs between two schemas, as data with the words for it.

/** What a schema is made of. Tables that SQLite keeps for itself, and those that store a virtual table, are none of it. */
export type ObjectKind = 'table' | 'virtual table' | 'view' | 'index' | 'trigger';

/** `spelling`: only case, quotes, blanks or comments differ, and SQLite does the same with both. */
export type DifferenceKind = 'added' | 'removed' | 'altered' | 'renamed' | 'spelling';

/** One thing inside a table that is not as it was. */
export interface PartDifference {
  readonly kind: 'added' | 'removed' | 'altered' | 'renamed' | 'moved';
  readonly part: 'column' | 'primary key' | 'unique key' | 'check' | 'foreign key' | 'option';
  /** Of a column its name in the target (where it is removed, the one that it has now); else the definition in one line. */
  readonly name: string;
  /** Of a column that is renamed: its name now. */
  readonly nameBefore: string | null;
  /** The definition as it is written; null on the side that has none. */
  readonly before: string | null;
  readonly after: string | null;
  /** `column total: type TEXT → REAL, NOT NULL added`. */
  readonly words: string;
}

/** An object of either schema that the other one does not have in the same way. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly object: ObjectKind;
  /** In the target; of what is removed, in the current schema. */
  readonly name: string;
  /** Null unless it is renamed. */
  readonly nameBefore: string | null;
  /** Of an index or a trigger: the table or view that it belongs to, as `name` is. */
  readonly table: string | null;
  /** The CREATE statements; null on the side that does not have it. */
  readonly before: string | null;
  readonly after: string | null;
  /** Of a table that is altered or renamed; in its order. */
  readonly parts: readonly PartDifference[];
}

/** What compareStates gives. */
export interface Comparison {
  /** In the order of the current schema, then what is added in the order of the target: tables, views, indexes, triggers. */
  readonly differences: readonly Difference[];
  /** What differs in spelling alone. */
  readonly spelling: readonly Difference[];
}
