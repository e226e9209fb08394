import { z } from 'zod';
import { definedOnly } from '../../../kernel/defined-only.ts';
import {
  type ComposedPush,
  DAY_MS,
  jsonAnswer,
  jsonOf,
  localTime,
  MINUTE_MS,
  type PushManners,
  type PushOccasion,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  type Subscription,
} from '../../sandbox-kit/index.ts';
import { errorAnswer } from './errors.ts';

export const SUBSCRIPTION_PATH =
  /^\/api\/track\/(v1|v2)\/subscription\/(standard|enhanced)\/package$/;
/** Maximum of numbers in a request; with more, all of them are rejected. */
const NUMBERS_MAX = 100;
/**
 * The life of a subscription. After it nothing more is pushed, delivered or not, and there is no
 * notice.
 */
const LIFE_MS = 14 * DAY_MS;
const ALERTED = /^1[ZR][0-9A-Z]{14,26}$/;

const REQUEST = z.object({
  locale: z.string().optional(),
  countryCode: z.string().length(2),
  trackingNumberList: z.array(z.string()).min(1),
  eventPreferences: z.array(z.enum(['D', 'I', 'M', 'X'])).optional(),
  destination: z
    .object({ url: z.url(), credentialType: z.string(), credential: z.string() })
    .optional(),
});

type Hook = Pick<Subscription, 'url' | 'secret' | 'header'>;

/**
 * Answers `POST /api/track/{version}/subscription/{type}/package`, in versions v1 and v2: each
 * number is subscribed for 14 days from its newest request. In v1 the hook is in the body. In v2 it
 * is the one entered in the portal (here: by the control API); without one the numbers are accepted
 * and nothing is ever pushed.
 */
export function answerSubscription(
  request: SandboxRequest,
  world: SandboxWorld,
  account: string,
): SandboxAnswer {
  const [, version, kind] = SUBSCRIPTION_PATH.exec(request.path) ?? [];
  const read = REQUEST.safeParse(jsonOf(request));
  if (!read.success) return errorAnswer('badRequest');
  const { locale, trackingNumberList, destination, eventPreferences } = read.data;
  if (trackingNumberList.length > NUMBERS_MAX) return errorAnswer('tooManyNumbers');
  const valid = trackingNumberList.filter((number) => ALERTED.test(number));
  const invalid = trackingNumberList.filter((number) => !ALERTED.test(number));
  if (locale !== 'en_US') return errorAnswer('noLocale', { invalidTrackingNumbers: invalid });
  if (version === 'v1' && destination === undefined) return errorAnswer('badRequest');
  const portal = portalHookOf(world, account);
  const hook: Hook | undefined =
    version === 'v1' && destination !== undefined
      ? { url: destination.url, secret: destination.credential, header: null }
      : portal;
  const preferences = kind === 'enhanced' ? eventPreferences?.join(' ') : undefined;
  for (const number of new Set(valid)) {
    if (hook !== undefined && !portal?.numbers?.includes(number)) {
      subscribe(number, hook, preferences, world, account);
    }
  }
  return jsonAnswer(200, {
    ...(valid.length > 0 ? { validTrackingNumbers: valid } : {}),
    ...(invalid.length > 0 ? { invalidTrackingNumbers: invalid } : {}),
  });
}

/** The hook that a person entered in the portal, as opposed to those of single numbers. */
function portalHookOf(world: SandboxWorld, account: string): Subscription | undefined {
  return world.subscriptions
    .list(account)
    .find(({ state, details }) => state === 'active' && details['alert'] === undefined);
}

/** Subscribes to a number. A second request for the same number prolongs the subscription. */
function subscribe(
  number: string,
  hook: Hook,
  eventPreferences: string | undefined,
  world: SandboxWorld,
  account: string,
): void {
  const expiresAtMs = world.nowMs + LIFE_MS;
  for (let index = 1; ; index += 1) {
    const id = `${account}-${number}-${index}`;
    const known = world.subscriptions.get(id);
    if (known === null) {
      world.subscriptions.create({
        id,
        account,
        numbers: [number],
        url: hook.url,
        secret: hook.secret,
        header: hook.header,
        expiresAtMs,
        details: { alert: number, ...definedOnly({ eventPreferences }) },
      });
      return;
    }
    if (known.state !== 'ended' && known.url === hook.url) {
      world.subscriptions.update(id, { expiresAtMs });
      return;
    }
  }
}

/**
 * How Track Alert pushes: one event in each message, with the credential that belongs to the hook
 * and no signature. What UPS does about a hook that does not answer is not documented, except that
 * events are lost; the one retry here is our assumption.
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

/** Composes a push. Its names differ from the Track API's, and absent values are empty texts. */
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
      // With a dot where the Track API has a colon.
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
