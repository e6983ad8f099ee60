// Where a grid is scrolled to. Browsers cap the height of an element at some millions of pixels, so that of a million rows is
// scaled: a drag of the scroll bar goes to its part of the rows, and what is scrolled by hand moves as far as it says.

/** No browser caps an element below this, at any zoom that people use. */
const MOST_PIXELS = 4_000_000;
const REST_MILLISECONDS = 150;

/** The scrolled place of one grid, in pixels of its content as if nothing were scaled. */
export class GridScroll {
  top = $state(0);
  left = $state(0);
  readonly #area: () => HTMLElement | undefined;
  readonly #content: () => number;
  /** The scroll position that is accounted for. */
  #seen = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param area the element that scrolls
   * @param content the height of what is scrolled
   */
  constructor(area: () => HTMLElement | undefined, content: () => number) {
    this.#area = area;
    this.#content = content;
  }

  /** The height that the scrolled element gets. */
  get height(): number {
    return Math.min(this.#content(), MOST_PIXELS);
  }

  /** Follows the scroll position of the element. */
  follow(): void {
    const area = this.#area();
    if (!area) return;
    const { scrollTop, scrollLeft, clientHeight } = area;
    const moved = scrollTop - this.#seen;
    this.left = scrollLeft;
    if (moved === 0) return;
    this.#seen = scrollTop;
    const end = this.#end(clientHeight);
    const scrollEnd = area.scrollHeight - clientHeight;
    if (this.#content() <= MOST_PIXELS) this.top = scrollTop;
    else if (scrollTop <= 0) this.top = 0;
    else if (scrollTop >= scrollEnd - 1) this.top = end;
    else if (Math.abs(moved) > clientHeight * 2) this.top = (scrollTop / scrollEnd) * end;
    else this.top = Math.min(end, Math.max(0, this.top + moved));
    // What was scrolled by hand and the scroll bar drift apart; they meet when the hand rests.
    clearTimeout(this.#resting);
    if (this.#content() > MOST_PIXELS) this.#resting = setTimeout(() => this.#align(), REST_MILLISECONDS);
  }

  /** Brings a run of the content into sight. `covered` is what the header hides at the top. */
  reveal(start: number, size: number, covered: number): void {
    const area = this.#area();
    if (!area) return;
    const room = area.clientHeight - covered;
    const top = start < this.top ? start : Math.max(this.top, start + size - room);
    this.top = Math.min(this.#end(area.clientHeight), Math.max(0, top));
    this.#align();
  }

  /** The same sideways; `covered` is what the row numbers hide at the left. */
  revealColumn(start: number, size: number, covered: number): void {
    const area = this.#area();
    if (!area) return;
    const room = area.clientWidth - covered;
    const left = start < this.left || size > room ? start : Math.max(this.left, start + size - room);
    if (left !== this.left) area.scrollLeft = left;
  }

  #end(clientHeight: number): number {
    return Math.max(0, this.#content() - clientHeight);
  }

  #align(): void {
    const area = this.#area();
    if (!area) return;
    const scaled = this.#content() > MOST_PIXELS;
    const end = this.#end(area.clientHeight);
    const scrollEnd = area.scrollHeight - area.clientHeight;
    // Just inside the ends, which mean the first and the last row.
    const inside = Math.min(scrollEnd - 2, Math.max(1, (this.top / Math.max(1, end)) * scrollEnd));
    area.scrollTop = !scaled || this.top === 0 ? this.top : this.top >= end ? scrollEnd : inside;
    this.#seen = area.scrollTop;
  }
}
