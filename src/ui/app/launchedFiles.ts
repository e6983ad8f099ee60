// The boundary to the desktop: files that it opens with the installed page (https://developer.mozilla.org/docs/Web/API/LaunchQueue).

import { noteHandle } from '../state/fileHandles';

interface LaunchQueue {
  setConsumer(consumer: (launch: { readonly files: readonly FileSystemFileHandle[] }) => void): void;
}

/** Calls `take` with the files of each launch, for as long as the page lives; never where the browser opens none. */
export function receiveLaunchedFiles(take: (files: readonly File[]) => void): void {
  const { launchQueue } = globalThis as { readonly launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    if (files.length === 0) return;
    const read = async (handle: FileSystemFileHandle): Promise<File> => {
      const file = await handle.getFile();
      noteHandle(file, handle);
      return file;
    };
    void Promise.all(files.map(read)).then(take, () => undefined);
  });
}
