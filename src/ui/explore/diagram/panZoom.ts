// Moves and scales a drawing by mouse, touch and call. d3-zoom does it; nothing else here knows it.

import { select } from 'd3-selection';
import { zoom, zoomIdentity } from 'd3-zoom';

/** Where a drawing stands in its window: moved by pixels after it was scaled. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

/** Something in the drawing, in its own measure. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const MARGIN = 32;
const [SMALLEST, LARGEST] = [0.03, 3];

/** The hand on a drawing. All of its moves are told to `onView`, those of the user too. */
export class PanZoom {
  readonly #svg;
  readonly #zoom;
  readonly #element: SVGSVGElement;

  constructor(element: SVGSVGElement, onView: (view: View) => void) {
    this.#element = element;
    this.#svg = select<SVGSVGElement, unknown>(element);
    this.#zoom = zoom<SVGSVGElement, unknown>()
      .scaleExtent([SMALLEST, LARGEST])
      .on('zoom', ({ transform }: { readonly transform: View }) => {
        onView({ x: transform.x, y: transform.y, k: transform.k });
      });
    // A double click opens what is clicked.
    this.#svg.call(this.#zoom).on('dblclick.zoom', null);
  }

  /** Makes an area as large as the window, and never larger than it is. */
  fit(area: Area, largest = 1): void {
    const { width, height } = this.#element.getBoundingClientRect();
    const k = Math.min((width - MARGIN) / area.width, (height - MARGIN) / area.height, largest);
    this.#put(area, Math.max(k, SMALLEST), width, height);
  }

  /** Brings an area into the middle where it is not in sight, and makes it large enough to read. */
  reveal(area: Area, view: View, readable = 0): void {
    const { width, height } = this.#element.getBoundingClientRect();
    const [left, top] = [area.x * view.k + view.x, area.y * view.k + view.y];
    const inSight =
      left >= 0 && top >= 0 && left + area.width * view.k <= width && top + area.height * view.k <= height;
    if (!inSight || view.k < readable) this.#put(area, Math.max(view.k, readable), width, height);
  }

  /** Scales about the middle of the window. */
  scaleBy(factor: number): void {
    this.#zoom.scaleBy(this.#svg, factor);
  }

  /** Moves by pixels. */
  moveBy(x: number, y: number, { k }: View): void {
    this.#zoom.translateBy(this.#svg, x / k, y / k);
  }

  /** Lets go of the drawing. */
  end(): void {
    this.#svg.on('.zoom', null);
  }

  #put(area: Area, k: number, width: number, height: number): void {
    const x = width / 2 - (area.x + area.width / 2) * k;
    const y = height / 2 - (area.y + area.height / 2) * k;
    this.#zoom.transform(this.#svg, zoomIdentity.translate(x, y).scale(k));
  }
}
