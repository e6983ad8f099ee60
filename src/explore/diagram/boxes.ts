// What a diagram is made of: boxes with rows, lines between them, and where all of it lies.

/** A place in the diagram. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What takes room in a diagram. */
export interface Box {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** The area that it lies in; null for none. */
  readonly area: string | null;
}

/** A line between two boxes, from the row of one to the row of the other, each measured from the top of its box. */
export interface Link {
  readonly id: string;
  readonly from: string;
  readonly fromY: number;
  readonly to: string;
  readonly toY: number;
}

/** Several tables that lie together. */
export interface Area extends Point {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** Where everything stands. Boxes by their upper left corners; lines by all of their points, from `from` to `to`. */
export interface Layout {
  readonly boxes: ReadonlyMap<string, Point>;
  readonly lines: ReadonlyMap<string, readonly Point[]>;
  /** Where lines that have run together part. */
  readonly junctions: readonly Point[];
  readonly areas: readonly Area[];
  readonly width: number;
  readonly height: number;
}
