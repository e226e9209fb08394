import type { PublicTrack } from '../../../tracking/index.ts';
import { asksForHtml } from '../../kit/negotiation.ts';
import { nothingHere } from '../../kit/problem.ts';
import type { Handler } from '../../kit/route.ts';
import { createIsLocal } from '../../operators/loopback.ts';
import { isOverdueAt } from './pages/tracking-pages.tsx';
import { sendPage, type VisitorDeps, visitOf } from './visitor.ts';

/** What is shown to whoever started the hub. */
export interface StartShown {
  readonly trustedProxies: readonly string[];
  /** The number of the parcel that the sandbox shows around, by carrier. */
  readonly demos: () => Readonly<Record<string, string>>;
  /** What opens its recipient's own page, by carrier. */
  readonly tokens?: () => Readonly<Record<string, string>>;
}

/**
 * `GET /`: for a program there is nothing here, and it is told so. Browsers go on to the form; whoever
 * may do as the operator, by the same rule as `/ops`, finds what there is to see and to do.
 */
export function enterHandler(deps: VisitorDeps, start: StartShown | null): Handler {
  const isLocal =
    start === null
      ? () => false
      : createIsLocal({ trustedProxies: start.trustedProxies, publicUrl: deps.publicUrl });
  return async (request, response, context) => {
    if (context.versioned || !asksForHtml(request.headers.accept)) {
      throw nothingHere();
    }
    if (start === null || !isLocal(request)) {
      response.writeHead(303, { location: '/track', 'cache-control': 'no-store' }).end();
      return;
    }
    const demos = await demoTracks(deps, start.demos(), start.tokens?.() ?? {});
    sendPage(deps, visitOf(request, response, context), { status: 200 }, (page) =>
      deps.pages.start(page, demos),
    );
  };
}

/** Those that are still followed, as anyone may see them. */
async function demoTracks(
  { lookup, clock }: VisitorDeps,
  demos: Readonly<Record<string, string>>,
  tokens: Readonly<Record<string, string>>,
) {
  const found = await Promise.all(
    Object.entries(demos).map(async ([carrier, number]) => {
      const rows = await lookup.find(number);
      return rows.filter((row) => row.carrier === carrier && row.mode === 'test');
    }),
  );
  return found.flat().map(({ body }) => {
    const track = JSON.parse(body) as PublicTrack;
    const token = tokens[track.carrier];
    const own = token === undefined ? {} : { token };
    return { track, isOverdue: isOverdueAt(track, clock.nowMs()), ...own };
  });
}

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
