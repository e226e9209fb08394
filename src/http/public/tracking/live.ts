import { Problem } from '../../../kernel/errors.ts';
import type { LiveStreams } from '../../../reactions/live/index.ts';
import type { PublicTrackRow } from '../../../tracking/ports/public-tracks.ts';
import { lastEventId, STREAM_HEADERS } from '../../kit/event-stream.ts';
import { networkOf } from '../../kit/rate-limit.ts';
import type { Handler, RequestContext } from '../../kit/route.ts';
import { type LinkHolderDeps, linkHolder } from '../personal-link/link-holder.ts';
import { sendChoicesJson } from './answers.ts';
import type { RecipientsView } from './recipients-view.ts';
import { carrierChoices } from './track.ts';
import { type VisitorDeps, visitOf } from './visitor.ts';

interface LiveDeps extends Pick<VisitorDeps, 'lookup' | 'limiter' | 'publicUrl'> {
  readonly streams: LiveStreams;
  /** Reads personal links; null: the hub has none. */
  readonly personal: LinkHolderDeps | null;
  /** Positions of couriers, for holders of a personal link; absent: no own couriers. */
  readonly locations?: RecipientsView | undefined;
}

/** Retry-After when all streams are in use. */
const FULL_RETRY_AFTER_S = 30;

const PUBLIC_HEADERS = { ...STREAM_HEADERS, 'x-robots-tag': 'noindex' } as const;

/**
 * `GET /track/:tracking_number/live`: the parcel's changes as server-sent events. `status` and
 * `edd` are sent first in their current state, then on every change; `gone` when nobody tracks the
 * parcel any more. With the token of a personal link, also `position` while the parcel is out for
 * delivery.
 */
export function liveHandler(deps: LiveDeps): Handler {
  const { lookup, limiter, publicUrl, streams } = deps;
  return async (request, response, context) => {
    const waitS = limiter?.take(context.clientIp) ?? 0;
    if (waitS > 0) {
      throw new Problem('rate_limited', 'tracking.tooManyQueries', {
        retryAfterS: waitS,
      });
    }
    const { tracking_number: number = '', carrier } = context.params;
    const found = await lookup.find(number);
    const rows = carrier === undefined ? found : found.filter((row) => row.carrier === carrier);
    const [row] = rows;
    if (row === undefined) {
      throw new Problem('not_found', 'tracking.parcelNotTracked');
    }
    if (rows.length > 1) {
      const visit = visitOf(request, response, context);
      sendChoicesJson(visit, carrierChoices({ publicUrl }, visit, rows, '/live'));
      return;
    }
    if (request.method === 'HEAD') {
      response.writeHead(200, PUBLIC_HEADERS).end();
      return;
    }
    const shipmentId = await shipmentOfLink(deps, row, context);
    // A client that disconnected during the lookup emits no further close event.
    if (response.destroyed) return;
    const admission = streams.admit(networkOf(context.clientIp));
    if (admission.kind !== 'admitted') throw fullProblem(admission.kind);
    response.writeHead(200, PUBLIC_HEADERS);
    const { locations } = deps;
    const parcel = {
      carrier: row.carrier,
      trackingNumber: row.trackingNumber,
      ...(locations === undefined || shipmentId === null
        ? {}
        : { watchLocation: watchLocation(locations, shipmentId) }),
    };
    admission.open(response, parcel, lastEventId(request.headers['last-event-id']));
  };
}

function watchLocation(locations: RecipientsView, shipmentId: string) {
  return (onLocation: (location: object | null) => void) => locations.watch(shipmentId, onLocation);
}

/** The parcel whose courier the reader may see; null: none. An invalid link counts as no link. */
async function shipmentOfLink(
  { personal, locations }: LiveDeps,
  row: Pick<PublicTrackRow, 'carrier' | 'trackingNumber'>,
  context: RequestContext,
): Promise<string | null> {
  const token = context.query.get('t');
  if (token === null || personal === null || row.carrier !== locations?.ownCarrier) return null;
  const place = { carrier: row.carrier, number: row.trackingNumber };
  const holder = await linkHolder(personal, token, place);
  return holder.kind === 'holder' ? holder.shipment.id : null;
}

function fullProblem(kind: 'too_many_of_client' | 'too_many'): Problem {
  const options = { retryAfterS: FULL_RETRY_AFTER_S };
  return kind === 'too_many'
    ? new Problem('overloaded', 'values.liveStreamsExhausted', options)
    : new Problem('rate_limited', 'tracking.tooManyStreams', options);
}
