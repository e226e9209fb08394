import { createHash } from 'node:crypto';
import type { PublicTrack } from '../../../tracking/ports/public-tracks.ts';
import { createIsLocal } from '../../api/ops/loopback.ts';
import { DESK_COOKIES } from '../../console/kit/sign-in-cookie.ts';
import { asksForHtml } from '../../kit/negotiation.ts';
import { nothingHere } from '../../kit/problem.ts';
import type { Handler } from '../../kit/route.ts';
import { courierByLink, type PersonalDeps } from '../personal-link/personal-page.ts';
import { dueAt, type TrackOnPage } from './pages/tracking-pages.tsx';
import { sendPage, type VisitorDeps, visitOf } from './visitor.ts';

/** What the start page shows to the person who started the hub. */
export interface StartShown {
  readonly trustedProxies: readonly string[];
  /** Tracking number of the demo parcel of each sandbox carrier. */
  readonly demos: () => Readonly<Record<string, string>>;
  /** Personal-link tokens of the demo parcels, by carrier. */
  readonly tokens?: () => Readonly<Record<string, string>>;
  /** Some parcels of the demo history; absent: there is never one. */
  readonly history?: () => Promise<readonly HistoryParcel[]>;
}

type HistoryParcel = Readonly<Record<'carrier' | 'trackingNumber', string>>;

type EntranceDeps = VisitorDeps & {
  readonly personal: PersonalDeps | null;
};

/**
 * `GET /`: programs get a 404. Browsers are redirected to the form, or to the desk when signed in;
 * requests that would count as the operator's get a start page instead.
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
    const history = await historyTracks(deps, (await start.history?.()) ?? []);
    const visit = visitOf(request, response, context);
    const version = versionOf([...history, ...demos]);
    // The URLs of demo parcels contain tokens that work like keys.
    const headers = { 'referrer-policy': 'no-referrer' };
    sendPage(deps, visit, { status: 200, headers, hasMap: true }, (page) =>
      deps.pages.start(page, { history, demos }, { version }),
    );
  };
}

/** Returns a hash of everything shown but the couriers' positions, which change every second. */
function versionOf(demos: readonly TrackOnPage[]): string {
  const shown = demos.map(({ courier, ...rest }) => ({ ...rest, rides: courier != null }));
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 12);
}

/** Parcels of the demo history in their public form. */
async function historyTracks(
  { lookup, clock, lastDelivery }: EntranceDeps,
  parcels: readonly HistoryParcel[],
): Promise<readonly TrackOnPage[]> {
  const found = await Promise.all(
    parcels.map(async ({ carrier, trackingNumber }) => {
      const rows = await lookup.find(trackingNumber);
      return rows.filter((row) => row.carrier === carrier);
    }),
  );
  return found.flat().map(({ body, carrier }) => {
    const track = JSON.parse(body) as PublicTrack;
    return { track, due: dueAt(track, clock.nowMs(), lastDelivery(carrier)) };
  });
}

/** The demo parcels still tracked, in their public form, with the positions of their couriers. */
async function demoTracks(
  { lookup, clock, personal, lastDelivery }: EntranceDeps,
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
    found.flat().map(async ({ body, carrier, trackingNumber: number }) => {
      const track = JSON.parse(body) as PublicTrack;
      const token = tokens[carrier];
      const due = dueAt(track, clock.nowMs(), lastDelivery(carrier));
      if (token === undefined) return { track, due };
      const courier =
        personal === null ? null : await courierByLink(personal, token, { carrier, number });
      return { track, due, token, courier };
    }),
  );
}

/** Parcel pages must not be indexed, and the API is not made of pages. */
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
