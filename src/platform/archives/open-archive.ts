import { openFolderStore } from '../objects/folder-store.ts';
import { type ObjectStore, readAll } from '../objects/object-store.ts';
import type { S3Settings } from '../objects/s3-store.ts';

/** Where the archive is: a folder or a bucket. */
export type ArchivePlace =
  | { readonly folder: string; readonly s3: null }
  | { readonly folder: null; readonly s3: S3Settings };

/** Opens the archive's files, in a folder or a bucket. */
export async function openArchive(place: ArchivePlace): Promise<ObjectStore> {
  if (place.folder !== null) return openFolderStore({ folder: place.folder });
  // Loaded only when needed: AWS's client costs every start a third of a second.
  const { openS3Store } = await import('../objects/s3-store.ts');
  return openS3Store(place.s3);
}

/** The largest file that is read; some thousand parcels take a few megabytes. */
const FILE_BYTES_MAX = 1_073_741_824;

/** Reads a whole file of the archive; null if it does not exist. */
export async function readArchived(
  store: Pick<ObjectStore, 'read'>,
  key: string,
): Promise<Buffer | null> {
  const found = await store.read(key);
  return found === null ? null : readAll(found.stream, FILE_BYTES_MAX);
}
