// The files beside a database, as a report names them.

import { hashAtOnce } from '../../engine/pages/blobHash';
import type { Sidecars } from '../../file/recovery';
import type { ReportedFile } from '../../migration/report/report';

/**
 * Name, size and SHA-256 of each sidecar. The hash is null where the file is very large, can no longer be read, or where the
 * browser does not hash.
 */
export async function describeSidecars({ journal, log }: Sidecars<File>): Promise<readonly ReportedFile[]> {
  const files = [journal, log].filter((file) => file !== null);
  return Promise.all(files.map(async (file) => ({ name: file.name, size: file.size, sha256: await hashAtOnce(file) })));
}
