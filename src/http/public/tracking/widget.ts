import { createHash } from 'node:crypto';
import { sendFile } from '../../kit/compressed.ts';
import type { Handler, Route } from '../../kit/route.ts';
import { isFresh } from './answers.ts';
import { admits, sendPage, type VisitorDeps, visitOf } from './visitor.ts';

/** Shops embed a URL without a hash, so they may see an old version for up to an hour. */
const MAX_AGE_S = 3_600;

/** `/widget.js`, the lookup for shops' own pages, and `/widget`, its documentation. */
export function widgetRoutes(deps: VisitorDeps): readonly Route[] {
  const body = deps.pages.assets.widget;
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

  const script: Handler = async (request, response) => {
    const headers = {
      'cache-control': `public, max-age=${MAX_AGE_S}`,
      // Pages of other sites load it, including pages with CORS or cross-origin isolation.
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      // Weak: shared by all encodings.
      etag: `W/${etag}`,
    };
    if (isFresh(request.headers['if-none-match'], etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const type = { 'content-type': 'text/javascript; charset=utf-8' };
    await sendFile(request, response, { ...headers, ...type }, body);
  };

  const page: Handler = async (request, response, context) => {
    const visit = { ...visitOf(request, response, context), json: false };
    if (!admits(deps, visit)) return;
    sendPage(deps, visit, { status: 200 }, (at) =>
      deps.pages.widget({ ...at, language: 'en' }, deps.publicUrl()),
    );
  };

  return [
    { method: 'GET', path: '/widget.js', hot: true, handler: script },
    { method: 'GET', path: '/widget', hot: false, handler: page },
  ];
}
