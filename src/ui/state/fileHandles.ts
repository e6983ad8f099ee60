// Handles of dropped files, where the browser gives them (https://fs.spec.whatwg.org): a file that was changed can be read anew by its own.

const handles = new WeakMap<File, FileSystemFileHandle>();

/** Notes the handle that a file was read by. */
export function noteHandle(file: File, handle: FileSystemFileHandle): void {
  handles.set(file, handle);
}

/** The handle of a file; null where the browser gave none. */
export function handleOf(file: File): FileSystemFileHandle | null {
  return handles.get(file) ?? null;
}

/**
 * Has to be called while a drop is told of; settles when the handles of its files are noted.
 * @param files as the drop has them, in the order of its items
 */
export async function noteHandles(items: readonly DataTransferItem[], files: readonly File[]): Promise<void> {
  const asked = items
    .filter(({ kind }) => kind === 'file')
    .map(async (item: HandleItem) => item.getAsFileSystemHandle?.().catch(() => null));
  for (const [at, handle] of (await Promise.all(asked)).entries()) {
    const file = files[at];
    if (file && handle?.kind === 'file') noteHandle(file, handle as FileSystemFileHandle);
  }
}

/** Not every browser has it. */
type HandleItem = Pick<DataTransferItem, 'kind'> & {
  readonly getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>;
};
