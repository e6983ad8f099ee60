// The paths by which files were dropped: a file of a folder knows only its own name.

const paths = new WeakMap<File, string>();

/** The path of a file within the folder that was dropped or picked, with slashes; its name where it came alone. */
export function pathOf(file: File): string {
  return paths.get(file) ?? (file.webkitRelativePath || file.name);
}

/** Notes the path that a file was found at. */
export function notePath(file: File, path: string): void {
  paths.set(file, path);
}
