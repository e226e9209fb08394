import { Problem } from '../../../kernel/errors.ts';
import type { Handler } from '../../kit/route.ts';
import type { PageAssets } from './pages/assets.ts';

/** `GET /assets/:file`: script and icon of the pages, to be kept for ever under their hashed names. */
export function assetHandler({ files }: Pick<PageAssets, 'files'>): Handler {
  return async (_request, response, { params }) => {
    const file = files.get(params['file'] ?? '');
    if (file === undefined) throw new Problem('not_found', 'There is no such file.');
    response
      .writeHead(200, {
        'content-type': file.contentType,
        'content-length': file.body.length,
        'cache-control': 'public, max-age=31536000, immutable',
      })
      .end(file.body);
  };
}
