// The files beside a database, as a report names them.

import type { Sidecars } from '../../file/recovery';
import type { ReportedFile } from '../../migration/report/report';

/** The browser hashes what it has in one buffer. Logs are small, but nothing makes sure that they are. */
const MOST_BYTES = 256e6;

/**
 * Name, size and SHA-256 of each sidecar. The hash is null where the file is very large, can no longer be read, or where the
 * browser does not hash: it does so on pages from https and from this machine.
 */
export async function describeSidecars({ journal, log }: Sidecars<File>): Promise<readonly ReportedFile[]> {
  const files = [journal, log].filter((file) => file !== null);
  return Promise.all(files.map(async (file) => ({ name: file.name, size: file.size, sha256: await hashOf(file) })));
}

async function hashOf(file: File): Promise<string | null> {
  if (file.size > MOST_BYTES || !isSecureContext) return null;
  try {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch {
    return null;
  }
}
