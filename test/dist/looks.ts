// How the page can look: in light or in dark, on a narrow screen or on a wide one.
import { isLong } from '../amount';

const ALL = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [360, 1280].map((width) => ({ colorScheme, viewport: { width, height: 900 } })),
);

/** Every pair in the long run; else two that have each of the four once. */
export const LOOKS = ALL.filter(
  ({ colorScheme, viewport }) => isLong || (colorScheme === 'light') === (viewport.width === 360),
);

/** For a view, whose colours are those of the page: every pair in the long run, else the one in which most goes wrong. */
export const LOOKS_OF_VIEW = ALL.filter(
  ({ colorScheme, viewport }) => isLong || (colorScheme === 'dark' && viewport.width === 360),
);
