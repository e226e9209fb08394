import { nothingHere } from '../problem.ts';
import type { Handler } from '../route.ts';
import { asksForHtml } from './negotiation.ts';

/** `GET /`: browsers go on to the form; for a program there is nothing here, and it is told so. */
export const enterHandler: Handler = async (request, response, { versioned }) => {
  if (versioned || !asksForHtml(request.headers.accept)) {
    throw nothingHere();
  }
  response.writeHead(303, { location: '/track', 'cache-control': 'no-store' }).end();
};

/** Parcels are nobody's to list, and the API is no page. */
const ROBOTS = 'User-agent: *\nDisallow: /track\nDisallow: /v1\n';
const ROBOTS_MAX_AGE_S = 86_400;

/** `GET /robots.txt` */
export const robotsHandler: Handler = async (_request, response) => {
  response
    .writeHead(200, {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(ROBOTS),
      'cache-control': `public, max-age=${ROBOTS_MAX_AGE_S}`,
    })
    .end(ROBOTS);
};
