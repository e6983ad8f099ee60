// How the page can look: in light or in dark, on a narrow screen or on a wide one.
import { isLong } from '../amount';

/** Every pair in the long run; else two that have each of the four once. */
export const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [360, 1280]
    .filter((width) => isLong || (colorScheme === 'light') === (width === 360))
    .map((width) => ({ colorScheme, viewport: { width, height: 900 } })),
);
