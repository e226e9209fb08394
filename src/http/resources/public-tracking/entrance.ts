import { createHash } from 'node:crypto';
import type { PublicTrack } from '../../../tracking/index.ts';
import { DESK_COOKIES } from '../../console/sign-in-cookie.ts';
import { asksForHtml } from '../../kit/negotiation.ts';
import { nothingHere } from '../../kit/problem.ts';
import type { Handler } from '../../kit/route.ts';
import { createIsLocal } from '../../operators/loopback.ts';
import { courierByLink, type PersonalDeps } from '../self-service/personal-page.ts';
import { isOverdueAt, type TrackOnPage } from './pages/tracking-pages.tsx';
import { sendPage, type VisitorDeps, visitOf } from './visitor.ts';

/** What is shown to whoever started the hub. */
export interface StartShown {
  readonly trustedProxies: readonly string[];
  /** The number of the parcel that the sandbox shows around, by carrier. */
  readonly demos: () => Readonly<Record<string, string>>;
  /** What opens its recipient's own page, by carrier. */
  readonly tokens?: () => Readonly<Record<string, string>>;
}

type EntranceDeps = VisitorDeps & { readonly personal: PersonalDeps | null };

/**
 * `GET /`: for a program there is nothing here, and it is told so. Browsers go on to the form, or to
 * the desk where somebody is signed in; whoever may do as the operator, by the same rule as `/ops`, finds
 * what there is to see and to do.
 */
export function enterHandler(deps: EntranceDeps, start: StartShown | null): Handler {
  const isLocal =
    start === null
      ? () => false
      : createIsLocal({ trustedProxies: start.trustedProxies, publicUrl: deps.publicUrl });
  return async (request, response, context) => {
    if (context.versioned || !asksForHtml(request.headers.accept)) {
      throw nothingHere();
    }
    if (start === null || !isLocal(request)) {
      const location = DESK_COOKIES.isIn(request) ? '/console' : '/track';
      response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
      return;
    }
    const demos = await demoTracks(deps, start.demos(), start.tokens?.() ?? {});
    const visit = visitOf(request, response, context);
    const version = versionOf(demos);
    // The addresses of demo parcels are as good as keys.
    const headers = { 'referrer-policy': 'no-referrer' };
    sendPage(deps, visit, { status: 200, headers, hasMap: true }, (page) =>
      deps.pages.start(page, demos, version),
    );
  };
}

/** Of all that is shown but where a courier is, which changes each second. */
function versionOf(demos: readonly TrackOnPage[]): string {
  const shown = demos.map(({ courier, ...rest }) => ({ ...rest, rides: courier != null }));
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 12);
}

/** Those that are still followed, as anyone may see them, and where their couriers are. */
async function demoTracks(
  { lookup, clock, personal }: EntranceDeps,
  demos: Readonly<Record<string, string>>,
  tokens: Readonly<Record<string, string>>,
): Promise<readonly TrackOnPage[]> {
  const found = await Promise.all(
    Object.entries(demos).map(async ([carrier, number]) => {
      const rows = await lookup.find(number);
      return rows.filter((row) => row.carrier === carrier && row.mode === 'test');
    }),
  );
  return Promise.all(
    found.flat().map(async ({ body, carrier, tracking_number: number }) => {
      const track = JSON.parse(body) as PublicTrack;
      const token = tokens[carrier];
      const isOverdue = isOverdueAt(track, clock.nowMs());
      if (token === undefined) return { track, isOverdue };
      const courier =
        personal === null ? null : await courierByLink(personal, token, { carrier, number });
      return { track, isOverdue, token, courier };
    }),
  );
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
