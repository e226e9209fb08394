import type { Drop, Drops } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { attachmentNamed } from '../../../platform/objects/presigned.ts';
import type { Answer } from '../../kit/answer.ts';

/** The rejected rows of a file, as a download. Throws `Problem` when there are none. */
export async function rejectedFile(drops: Pick<Drops, 'rejected'>, drop: Drop): Promise<Answer> {
  const rejected = await drops.rejected(drop);
  if (rejected === null) {
    throw new Problem('not_found', 'scans.noRejectedRows', {
      fix: 'scans.awaitFileCompletion',
    });
  }
  return {
    status: 200,
    stream: rejected.stream,
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-length': String(rejected.info.sizeBytes),
      'content-disposition': attachmentNamed(rejected.fileName),
      'content-security-policy': "default-src 'none'; sandbox",
    },
  };
}
