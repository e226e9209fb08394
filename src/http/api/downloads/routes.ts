import { pipeline } from 'node:stream/promises';
import { Problem } from '../../../kernel/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ObjectStore } from '../../../platform/objects/object-store.ts';
import { attachmentNamed, openDownload } from '../../../platform/objects/presigned.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { operation } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';

export interface DownloadDeps {
  /** The folder whose files are served; a bucket serves its own. */
  readonly store: ObjectStore;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

/** Serves files of the data folder by URLs that the folder store presigned. */
export function downloadRoutes({ store, keyring, clock }: DownloadDeps): readonly Route[] {
  return [
    {
      method: downloadOperation.method,
      path: downloadOperation.path,
      hot: false,
      async handler(_request, response, { params }) {
        const download = openDownload(keyring, clock.nowMs(), params['token'] ?? '');
        const found = download === null ? null : await store.read(download.key);
        if (download === null || found === null) {
          throw new Problem('not_found', 'requests.urlInvalidOrExpired', {
            fix: 'requests.requestNewUrl',
          });
        }
        response.writeHead(200, {
          'content-type': download.mediaType,
          'content-length': found.info.sizeBytes,
          // Never inline: the file would run with our origin's rights.
          'content-disposition': attachmentNamed(download.fileName),
          'content-security-policy': "default-src 'none'; sandbox",
          'cache-control': 'private, no-store',
          'x-robots-tag': 'noindex',
        });
        await pipeline(found.stream, response).catch(ignoreAbort);
      },
    },
  ];
}

/** A client may abort a download at any time; that is not an error. */
function ignoreAbort(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
}

export const downloadOperation = operation({
  id: 'downloadFile',
  method: 'GET',
  path: '/downloads/:token',
  tag: 'Public',
  summary: 'Download a file by its presigned URL',
  description:
    'URLs of files that the API gives out lead here, or to your bucket where files are kept in S3. Each opens one file until it expires, for anyone who has it.',
  params: { token: 'As it was given out.' },
  answers: { 200: { description: 'The file.', mediaType: '*/*' } },
  errors: ['not_found'],
});
