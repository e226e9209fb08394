import { createHmac } from 'node:crypto';
import {
  type ComposedPush,
  MINUTE_MS,
  type PushManners,
  type PushOccasion,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';
import { transactionId } from './errors.ts';
import { trackResult } from './result.ts';

/**
 * Advanced Integrated Visibility: the shape of a track answer, with the one scan it is about. The
 * signature is Base64 of HMAC-SHA256 over the body, under the security token typed in the portal.
 * Anything but 200 or 202 is tried three times more, five minutes apart.
 */
export const push: PushManners = {
  compose,
  retriesAfterMs: [5 * MINUTE_MS, 5 * MINUTE_MS, 5 * MINUTE_MS],
  accepts: (status) => status === 200 || status === 202,
};

function compose({ subscription, parcel, event }: PushOccasion, world: SandboxWorld): ComposedPush {
  const life = parcel?.lives.find(({ index }) => index === event?.life);
  const upToNow = life?.events.filter(({ atMs }) => atMs <= (event?.atMs ?? 0)) ?? [];
  const body = JSON.stringify({
    transactionId: transactionId(world.newId()),
    customerTransactionId: '',
    outputMetaData: [],
    output: {
      completeTrackResults:
        parcel == null || life === undefined
          ? []
          : [
              {
                trackingNumber: parcel.number,
                trackResults: [trackResult(parcel.number, { ...life, events: upToNow }, 1)],
              },
            ],
    },
  });
  const signature = createHmac('sha256', subscription.secret).update(body, 'utf8').digest('base64');
  return {
    headers: { 'content-type': 'application/json', 'fdx-signature': signature },
    body,
  };
}
