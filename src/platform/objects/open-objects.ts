import type { Clock } from '../clock.ts';
import type { Keyring } from '../sealing/sealing.ts';
import type { Config } from '../settings/config.ts';
import { openFolderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { sealDownload } from './presigned.ts';

/** The stores of the hub's files. */
export interface Objects {
  /** The store in which files are written and read. */
  readonly store: ObjectStore;
  /** The folder in which files are if S3 is not set, and were before it was. */
  readonly local: ObjectStore;
}

interface OpenObjectsDeps {
  readonly config: Pick<Config, 'objects' | 's3'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly publicUrl: () => string;
}

/** The path of the route that serves what a folder store presigned. */
const DOWNLOADS_PATH = '/v1/downloads';

/** Opens S3 if it is set, or else the folder. */
export async function openObjects({
  config,
  keyring,
  clock,
  publicUrl,
}: OpenObjectsDeps): Promise<Objects> {
  const local = openFolderStore({
    folder: config.objects,
    presign: (key, options) => {
      const token = sealDownload(keyring, clock.nowMs(), key, options);
      return `${publicUrl()}${DOWNLOADS_PATH}/${token}`;
    },
  });
  if (config.s3 === null) return { store: local, local };
  // Loaded only when needed: AWS's client costs every start a third of a second.
  const { openS3Store } = await import('./s3-store.ts');
  return { store: openS3Store(config.s3), local };
}

/** Opens the stores for a command that copies files and serves none; it needs no key. */
export async function openObjectsToCopy(config: Pick<Config, 'objects' | 's3'>): Promise<Objects> {
  const local = openFolderStore({ folder: config.objects });
  if (config.s3 === null) return { store: local, local };
  const { openS3Store } = await import('./s3-store.ts');
  return { store: openS3Store(config.s3), local };
}
