import {
  type ComposedPush,
  localTime,
  MINUTE_MS,
  type PushManners,
  type PushOccasion,
} from '../../sandbox-kit/index.ts';

/**
 * Track Alert: one event a message, with the credential that belongs to the hook and no signature.
 * What UPS does about a hook that is down is not documented beyond that events are lost; one more
 * attempt is ours.
 */
export const push: PushManners = {
  compose,
  retriesAfterMs: [5 * MINUTE_MS],
  accepts: (status) => status === 200,
  wants({ subscription, event }) {
    const preferred = subscription.details['eventPreferences'];
    return preferred === undefined || preferred.split(' ').includes(event?.codes['type'] ?? '');
  },
};

/** Names differ from the Track API's, and absent values are empty texts. */
function compose({ subscription, parcel, event }: PushOccasion): ComposedPush {
  const { header, secret } = subscription;
  const life = parcel?.lives.find(({ index }) => index === event?.life);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'UPSPubSubTrackingService',
    [header?.toLowerCase() ?? 'credential']: secret,
  };
  if (parcel === null || event === null || life === undefined) return { headers, body: '{}' };
  const { codes, place, details, text, atMs } = event;
  const local = localTime(atMs, place?.zone ?? 'America/New_York');
  const utc = new Date(atMs).toISOString();
  const isDelivered = codes['status3'] === '011';
  const { estimate, destination } = life;
  const day = (ms: number) => compact(localTime(ms, destination.zone).date);
  const clock = (ms: number) => compact(localTime(ms, destination.zone).time);
  return {
    headers,
    body: JSON.stringify({
      trackingNumber: parcel.number,
      localActivityDate: compact(local.date),
      localActivityTime: compact(local.time),
      activityLocation: {
        city: place?.city ?? '',
        stateProvince: place?.region ?? '',
        postalCode: place?.postalCode ?? '',
        country: place?.country ?? 'US',
      },
      activityStatus: {
        type: codes['type'] ?? '',
        code: codes['code'] ?? '',
        description: text,
        descriptionCode: codes['status3'] ?? '',
      },
      scheduledDeliveryDate: estimate === null ? '' : day(estimate.atMs),
      actualDeliveryDate: isDelivered ? compact(local.date) : '',
      actualDeliveryTime: isDelivered ? compact(local.time) : '',
      gmtActivityDate: compact(utc.slice(0, 10)),
      gmtActivityTime: compact(utc.slice(11, 19)),
      // A dot where the Track API has a colon.
      gmtOffset: local.offset.replace(':', '.'),
      deliveryStartTime: estimate?.untilMs == null ? '' : clock(estimate.atMs),
      deliveryEndTime: estimate?.untilMs == null ? '' : clock(estimate.untilMs),
      deliveryTimeDescription: estimate !== null && estimate.untilMs === null ? 'end of day' : '',
      deliveryPhoto: '',
      receivedBy: details['receivedBy'] ?? '',
      alternateTrackingNumber: '',
    }),
  };
}

function compact(text: string): string {
  return text.replaceAll(/[-:]/g, '');
}
