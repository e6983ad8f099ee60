// The boundary to the desktop: files that it opens with the installed page (https://developer.mozilla.org/docs/Web/API/LaunchQueue).

interface LaunchQueue {
  setConsumer(consumer: (launch: { readonly files: readonly { getFile(): Promise<File> }[] }) => void): void;
}

/** Calls `take` with the files of each launch, for as long as the page lives; never where the browser opens none. */
export function receiveLaunchedFiles(take: (files: readonly File[]) => void): void {
  const { launchQueue } = globalThis as { readonly launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    if (files.length === 0) return;
    void Promise.all(files.map((file) => file.getFile())).then(take, () => undefined);
  });
}
