// A chunk of its own, loaded when somebody asks for it: opens the list of keys over the page, and removes it when it is closed.

import { mount, unmount } from 'svelte';
import KeyList from './KeyList.svelte';

let open = false;

/** Shows the list, unless it is shown already. The focus goes back to where it was, as with every dialog of a browser. */
export function openKeyList(): void {
  if (open) return;
  open = true;
  const list = mount(KeyList, {
    target: document.body,
    props: {
      onclose: () => {
        open = false;
        void unmount(list);
      },
    },
  });
}
