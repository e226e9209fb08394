import { Problem } from '../../../kernel/errors.ts';
import { sendFile } from '../../kit/compressed.ts';
import type { Handler } from '../../kit/route.ts';
import type { PageAssets } from './pages/assets.ts';

/** Its name has no hash: a day is how late browsers see another. */
const FAVICON_CACHE = 'public, max-age=86400';

/** `GET /favicon.ico`, which browsers ask for by themselves. */
export function faviconHandler({ favicon }: Pick<PageAssets, 'favicon'>): Handler {
  const headers = { 'content-type': favicon.contentType, 'cache-control': FAVICON_CACHE };
  return (request, response) => sendFile(request, response, headers, favicon.body);
}

/** `GET /assets/:file`: script and icon of the pages, to be kept for ever under their hashed names. */
export function assetHandler({ files }: Pick<PageAssets, 'files'>): Handler {
  return async (request, response, { params }) => {
    const file = files.get(params['file'] ?? '');
    if (file === undefined) throw new Problem('not_found', 'There is no such file.');
    const headers = {
      'content-type': file.contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      ...(file.scope === undefined ? {} : { 'service-worker-allowed': file.scope }),
      ...(file.policy === undefined ? {} : { 'content-security-policy': file.policy }),
    };
    await sendFile(request, response, headers, file.body);
  };
}
