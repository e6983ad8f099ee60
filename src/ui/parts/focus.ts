// Moves the focus to what has just taken the place of the pressed button, so that keyboard and screen reader go on there.

import type { Attachment } from 'svelte/attachments';

/**
 * Focuses an element when it has appeared, and brings it into view. The element needs tabindex="-1" unless it takes focus. That
 * is a task of its own, since the browser has to lay the page out for it, and drawing what appeared takes long enough.
 */
export const focusWhenShown: Attachment<HTMLElement> = (element) => {
  const timer = setTimeout(() => {
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: 'nearest' });
  });
  return () => clearTimeout(timer);
};
