import { Problem } from '../../../kernel/errors.ts';
import type { LiveStreams } from '../../../reactions/live/index.ts';
import { lastSeen, STREAM_HEADERS } from '../../kit/event-stream.ts';
import { networkOf } from '../../kit/rate-limit.ts';
import type { Handler } from '../../kit/route.ts';
import { sendChoicesJson } from './answers.ts';
import { carrierChoices } from './track.ts';
import { type VisitorDeps, visitOf } from './visitor.ts';

export interface LiveDeps extends Pick<VisitorDeps, 'lookup' | 'limiter' | 'publicUrl'> {
  readonly streams: LiveStreams;
}

/** How long who found no place is asked to stay away. */
const FULL_RETRY_AFTER_S = 30;

const PUBLIC_HEADERS = { ...STREAM_HEADERS, 'x-robots-tag': 'noindex' } as const;

/**
 * `GET /track/:tracking_number/live`: what happens to a parcel, as server-sent events: `status`
 * and `edd`, first as they are, then whenever they change; `gone` when nobody follows it any more.
 */
export function liveHandler({ lookup, limiter, publicUrl, streams }: LiveDeps): Handler {
  return async (request, response, context) => {
    const waitS = limiter?.take(context.clientIp) ?? 0;
    if (waitS > 0) {
      throw new Problem('rate_limited', 'Too many lookups came from this address.', {
        retryAfterS: waitS,
      });
    }
    const { tracking_number: number = '', carrier } = context.params;
    const found = await lookup.find(number);
    const rows = carrier === undefined ? found : found.filter((row) => row.carrier === carrier);
    const [row] = rows;
    if (row === undefined) {
      throw new Problem('not_found', 'No parcel with this number is tracked here.');
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
    // Whoever left while we looked has no close to be heard any more.
    if (response.destroyed) return;
    const admission = streams.admit(networkOf(context.clientIp));
    if (admission.kind !== 'admitted') throw full(admission.kind);
    response.writeHead(200, PUBLIC_HEADERS);
    const parcel = { carrier: row.carrier, trackingNumber: row.tracking_number };
    admission.open(response, parcel, lastSeen(request.headers['last-event-id']));
  };
}

function full(kind: 'too_many_of_client' | 'too_many'): Problem {
  const options = { retryAfterS: FULL_RETRY_AFTER_S };
  return kind === 'too_many'
    ? new Problem('overloaded', 'The maximum number of live streams is in use.', options)
    : new Problem(
        'rate_limited',
        'This address already has the maximum number of streams.',
        options,
      );
}
