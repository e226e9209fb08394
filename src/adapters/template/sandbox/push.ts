import { createHmac } from 'node:crypto';
import {
  type ComposedPush,
  MINUTE_MS,
  type PushManners,
  type PushOccasion,
} from '../../../adapter-kit/sandbox.ts';
import { parcelBody } from './parcel.ts';

/** The whole parcel with each new event, signed over the body; tried again twice. */
export const push: PushManners = {
  compose,
  retriesAfterMs: [5 * MINUTE_MS, 30 * MINUTE_MS],
  accepts: (status) => status >= 200 && status < 300,
};

function compose({ subscription, parcel, event }: PushOccasion): ComposedPush {
  const life = parcel?.lives.find(({ index }) => index === event?.life);
  const body =
    parcel === null || life === undefined ? '{}' : JSON.stringify(parcelBody(parcel.number, life));
  const signature = createHmac('sha256', subscription.secret).update(body, 'utf8').digest('base64');
  return {
    headers: { 'content-type': 'application/json', 'x-template-signature': signature },
    body,
  };
}
