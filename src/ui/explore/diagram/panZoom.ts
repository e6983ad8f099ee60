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

/** The smallest scale: at it, text is as small as it may be to be read. */
export const READABLE = 0.88;
/** What takes a moment less than the smallest scale is a wish to be farther away. */
const SMALLEST = 0.8;
/** And what is more than this, to be nearer. */
export const NEAR = 1.6;
const LARGEST = 2.5;
const MARGIN = 12;

/**
 * The hand on a drawing. All of its moves are told to `onView`, the ends of those of the user to `onEnd`. A press on what `isTaken`
 * moves something else.
 */
export class PanZoom {
  readonly #svg;
  readonly #zoom;
  readonly #element: SVGSVGElement;

  constructor(
    element: SVGSVGElement,
    onView: (view: View) => void,
    onEnd: (pointer: readonly [number, number]) => void,
    isTaken: (event: Event) => boolean,
  ) {
    this.#element = element;
    this.#svg = select<SVGSVGElement, unknown>(element);
    this.#zoom = zoom<SVGSVGElement, unknown>()
      .scaleExtent([SMALLEST, LARGEST])
      // The wheel alone scrolls the page. Browsers tell the pinch on a touchpad as a wheel with Ctrl.
      .filter((event: MouseEvent) =>
        event.type === 'wheel'
          ? event.ctrlKey || event.metaKey
          : (event.button === 0 || event.type.startsWith('touch')) && !isTaken(event),
      )
      .on('zoom', ({ transform }: { readonly transform: View }) => {
        onView({ x: transform.x, y: transform.y, k: transform.k });
      })
      .on('end', ({ sourceEvent }: { readonly sourceEvent: Event | null }) => {
        if (sourceEvent) onEnd(this.#placeOf(sourceEvent));
      });
    // A double click opens what is clicked.
    this.#svg.call(this.#zoom).on('dblclick.zoom', null);
  }

  /** Makes an area as large as the window, and never larger than it is, nor too small to be read: then its upper left is shown. */
  fit(area: Area): void {
    const { width, height } = this.#element.getBoundingClientRect();
    const whole = Math.min((width - MARGIN * 2) / area.width, (height - MARGIN * 2) / area.height, 1);
    const k = Math.max(whole, READABLE);
    const [x, y] = [(width - area.width * k) / 2, (height - area.height * k) / 2];
    this.put({ x: Math.max(x, MARGIN) - area.x * k, y: Math.max(y, MARGIN) - area.y * k, k });
  }

  /** Brings an area into the middle where it is not in sight, or the upper part of one that is larger than the window. */
  reveal({ x, y, width, height }: Area, { x: left, y: top, k }: View): void {
    const window = this.#element.getBoundingClientRect();
    const inSight =
      x * k + left >= 0 &&
      y * k + top >= 0 &&
      (x + width) * k + left <= window.width &&
      (y + height) * k + top <= window.height;
    if (inSight) return;
    const centre = (room: number, size: number): number => Math.max((room - size * k) / 2, MARGIN);
    this.put({ x: centre(window.width, width) - x * k, y: centre(window.height, height) - y * k, k });
  }

  /** Scales about the middle of the window. */
  scaleTo(k: number): void {
    this.#zoom.scaleTo(this.#svg, k);
  }

  put({ x, y, k }: View): void {
    this.#zoom.transform(this.#svg, zoomIdentity.translate(x, y).scale(k));
  }

  /** Lets go of the drawing. */
  end(): void {
    this.#svg.on('.zoom', null);
  }

  /** Where something happened, by the upper left corner of the window; its middle for touches. */
  #placeOf(event: Event): readonly [number, number] {
    const { left, top, width, height } = this.#element.getBoundingClientRect();
    return event instanceof MouseEvent ? [event.clientX - left, event.clientY - top] : [width / 2, height / 2];
  }
}
