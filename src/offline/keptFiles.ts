// What the build tells the service worker.

/** The files of a build, relative to the page's folder. */
export interface KeptFiles {
  /** Another one as soon as a byte of any file differs. */
  readonly version: string;
  readonly files: readonly string[];
  /** The content security policy of the page. */
  readonly policy: string;
}
