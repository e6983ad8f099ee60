// Moves the focus to what has just taken the place of the pressed button, so that keyboard and screen reader go on there.

import type { Attachment } from 'svelte/attachments';

/** Focuses an element when it appears, and brings it into view. The element needs tabindex="-1" unless it takes focus. */
export const focusWhenShown: Attachment<HTMLElement> = (element) => {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: 'nearest' });
};
