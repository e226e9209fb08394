import { Problem } from '../../../kernel/errors.ts';
import { sendFile } from '../../kit/compressed.ts';
import type { Handler } from '../../kit/route.ts';
import type { PageAssets } from './pages/assets.ts';

/** The name has no hash, so browsers may show an old icon for up to a day. */
const FAVICON_CACHE = 'public, max-age=86400';

/** `GET /favicon.ico`, which browsers request without being asked to by the page. */
export function faviconHandler({ favicon }: Pick<PageAssets, 'favicon'>): Handler {
  const headers = { 'content-type': favicon.contentType, 'cache-control': FAVICON_CACHE };
  return (request, response) => sendFile(request, response, headers, favicon.body);
}

/**
 * `GET /assets/:file`: scripts and icons of the pages, cacheable for ever because their names
 * contain a hash.
 */
export function assetHandler({ files }: Pick<PageAssets, 'files'>): Handler {
  return async (request, response, { params }) => {
    const file = files.get(params['file'] ?? '');
    if (file === undefined) throw new Problem('not_found', 'values.noSuchFile');
    const headers = {
      'content-type': file.contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      ...(file.scope === undefined ? {} : { 'service-worker-allowed': file.scope }),
      ...(file.policy === undefined ? {} : { 'content-security-policy': file.policy }),
    };
    await sendFile(request, response, headers, file.body);
  };
}
