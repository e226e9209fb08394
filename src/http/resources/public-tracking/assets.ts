import { Problem } from '../../../kernel/errors.ts';
import { sendFile } from '../../kit/compressed.ts';
import type { Handler } from '../../kit/route.ts';
import type { PageAssets } from './pages/assets.ts';

/** `GET /assets/:file`: script and icon of the pages, to be kept for ever under their hashed names. */
export function assetHandler({ files }: Pick<PageAssets, 'files'>): Handler {
  return async (request, response, { params }) => {
    const file = files.get(params['file'] ?? '');
    if (file === undefined) throw new Problem('not_found', 'There is no such file.');
    const headers = {
      'content-type': file.contentType,
      'cache-control': 'public, max-age=31536000, immutable',
    };
    await sendFile(request, response, headers, file.body);
  };
}
