import { createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  basicOf,
  jsonAnswer,
  jsonOf,
  localTime,
  MINUTE_MS,
  type Registration,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxPlace,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleEvent,
} from '../../sandbox-kit/index.ts';

/** The service as documented; written without reading track.ts, bridge.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'easypost',
  displayName: 'EasyPost',
  credentials: { api_key: 'EZTK-sandbox' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: 'EZ9000000090', scenario: 'delivered', pace: 1_800 },
  rates: [{ name: 'lists', endpoint: 'list', calls: 5, perS: 1 }],
  bridge: { carrierCode: 'USPS', quota: null },
  accountOf: (request) => basicOf(request)?.user ?? null,
  answer(request, world) {
    const key = basicOf(request)?.user ?? '';
    if (key === '' || world.credentials(key, '') !== 'good') {
      return failure(401, 'APIKEY.INACTIVE', 'This api key is no longer active.');
    }
    return route(request, world, key);
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return failure(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong on our end.');
      case 'rate_limited':
        return throttled();
      case 'token_throttled':
        return null;
    }
  },
  push: {
    retriesAfterMs: [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS],
    accepts: (status) => status >= 200 && status < 300,
    wants: ({ subscription, parcel }, world) =>
      world.registrations.find(subscription.account, parcel?.number ?? '') !== null,
    compose({ subscription, parcel, event }, world) {
      const registration = world.registrations.find(subscription.account, parcel?.number ?? '');
      const at = stamp(world.nowMs);
      const body = withDecimalWeight({
        description: 'tracker.updated',
        mode: 'production',
        previous_attributes: {},
        created_at: at,
        pending_urls: [subscription.url],
        completed_urls: [],
        updated_at: at,
        id: `evt_${world.newId()}`,
        user_id: 'user_sandbox',
        status: 'pending',
        object: 'Event',
        result:
          registration === null ? null : tracker(registration, world, event?.atMs ?? world.nowMs),
      });
      const key = subscription.secret.normalize('NFKD');
      const signature = createHmac('sha256', key).update(body, 'utf8').digest('hex');
      return {
        headers: {
          'content-type': 'application/json',
          'x-hmac-signature': `hmac-sha256-hex=${signature}`,
        },
        body,
      };
    },
  },
};

const creation = z.object({
  tracker: z.object({ tracking_code: z.string().min(1), carrier: z.string().nullish() }),
});
const batch = z.object({ tracking_codes: z.array(z.string()) });
const TRACKER = /^\/v2\/trackers\/trk_([0-9a-f]{32})$/;
const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

function route(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const { method, path } = request;
  const id = TRACKER.exec(path)?.[1];
  switch (`${method} ${id === undefined ? path : 'one'}`) {
    case 'POST /v2/trackers':
      return create(request, world, account);
    case 'GET /v2/trackers':
    case 'POST /v2/trackers/batch':
      return world.spend('list', account).ok ? list(request, world, account) : throttled();
    default:
      return id === undefined ? notFound() : one(method, id, world, account);
  }
}

/** The same number and carrier within three months is the original tracker. */
function create(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const read = creation.safeParse(jsonOf(request));
  if (!read.success) return failure(422, 'PARAMETER.REQUIRED', 'Missing required parameter.');
  const { tracking_code: number, carrier } = read.data.tracker;
  // The carrier's own numbers are accepted before the carrier knows them.
  if (carrier == null && world.parcel(number) === null) {
    return failure(422, 'TRACKER.CREATE.ERROR', 'The tracking number could not be detected.');
  }
  const before = world.registrations.find(account, number);
  const carrierCode = carrier ?? before?.carrierCode ?? CARRIER;
  const registration =
    before?.carrierCode === carrierCode
      ? before
      : world.registrations.add({ account, number, carrierCode });
  if (registration === null) {
    return failure(402, 'PAYMENT_REQUIRED', 'The account has insufficient funds.');
  }
  return answer(tracker(registration, world), {
    location: `/api/v2/trackers/trk_${registration.id}`,
  });
}

function list(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const { query } = request;
  const wanted = batch.safeParse(jsonOf(request)).data?.tracking_codes;
  const only = query.get('tracking_code');
  const before = query.get('before_id');
  const size = Math.min(Number(query.get('page_size')) || PAGE_DEFAULT, PAGE_MAX);
  const all = world.registrations
    .list(account)
    .filter(
      ({ number }) => (only === null || number === only) && wanted?.includes(number) !== false,
    )
    .toReversed();
  const from = before === null ? 0 : all.findIndex(({ id }) => `trk_${id}` === before) + 1;
  const shown = wanted === undefined ? all.slice(from, from + size) : all;
  return answer({
    trackers: shown.map((registration) => tracker(registration, world)),
    has_more: wanted === undefined && all.length > from + size,
  });
}

function one(method: string, id: string, world: SandboxWorld, account: string): SandboxAnswer {
  const registration = world.registrations.get(id);
  if (registration === null || registration.account !== account) return notFound();
  if (method === 'GET') return answer(tracker(registration, world));
  if (method !== 'DELETE') return failure(405, 'METHOD_NOT_ALLOWED', 'The method is not allowed.');
  world.registrations.remove(id);
  return answer({ success: true });
}

const CARRIER = 'USPS';
const GRAMS_PER_OUNCE = 28.349_523_125;

/** A tracker, with the events that happened by `untilMs`. */
function tracker(
  { id, number, carrierCode, createdAtMs }: Registration,
  world: SandboxWorld,
  untilMs = world.nowMs,
) {
  const life = world.parcel(number)?.lives.at(-1);
  const events = (life?.events ?? []).filter(({ atMs }) => atMs <= untilMs);
  const last = events.at(-1);
  const carrier = carrierCode ?? CARRIER;
  return {
    id: `trk_${id}`,
    object: 'Tracker',
    mode: 'production',
    tracking_code: number,
    status: last?.codes['status'] ?? 'unknown',
    status_detail: last?.codes['status_detail'] ?? 'unknown',
    created_at: stamp(createdAtMs),
    updated_at: stamp(Math.max(createdAtMs, last?.atMs ?? 0)),
    signed_by: null,
    weight: life === undefined ? null : Math.round((life.weightG / GRAMS_PER_OUNCE) * 10) / 10,
    est_delivery_date: life?.estimate == null ? null : stamp(life.estimate.atMs),
    shipment_id: null,
    carrier,
    tracking_details: events.map((event) => detail(event, carrier)),
    carrier_detail:
      life === undefined
        ? null
        : {
            object: 'CarrierDetail',
            service: life.service,
            container_type: null,
            est_delivery_date_local:
              life.estimate === null
                ? null
                : localTime(life.estimate.atMs, life.destination.zone).date,
            est_delivery_time_local: null,
            origin_location: life.origin.city,
            origin_tracking_location: location(life.origin),
            destination_location: life.destination.city,
            destination_tracking_location: location(life.destination),
            guaranteed_delivery_date: null,
            alternate_identifier: null,
            initial_delivery_attempt: null,
          },
    delivery_evidence: [],
    finalized: last?.codes['status'] === 'delivered',
    is_return: false,
    public_url: `https://track.easypost.com/${id}`,
    fees: [
      { object: 'Fee', type: 'TrackerFee', amount: '0.02000', charged: true, refunded: false },
    ],
  };
}

/** An event. Without a place, the zone is unknown and the local time is shown as if it were UTC. */
function detail({ codes, text, atMs, place }: VisibleEvent, carrier: string) {
  const { date, time } = localTime(atMs, 'America/Chicago');
  return {
    object: 'TrackingDetail',
    message: text,
    description: '',
    status: codes['status'],
    status_detail: codes['status_detail'],
    datetime: place === null ? `${date}T${time}Z` : stamp(atMs),
    source: carrier,
    carrier_code: codes['carrier_code'] ?? '',
    tracking_location: location(place),
    est_delivery_date: null,
  };
}

function location(place: SandboxPlace | null) {
  return {
    object: 'TrackingLocation',
    city: place?.city ?? null,
    state: place?.region ?? null,
    country: place?.country ?? null,
    zip: place?.postalCode ?? null,
  };
}

function stamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}

/** JSON in which every weight has a decimal point, as the service writes it. */
function withDecimalWeight(value: unknown): string {
  return JSON.stringify(value).replace(/("weight":\d+)(?=[,}])/g, '$1.0');
}

function answer(value: unknown, headers: Readonly<Record<string, string>> = {}): SandboxAnswer {
  const { status, headers: common } = jsonAnswer(200, null, headers);
  return { status, headers: common, body: withDecimalWeight(value) };
}

function throttled(): SandboxAnswer {
  return failure(429, 'RATE_LIMITED', 'You have exceeded the rate limit.');
}

function notFound(): SandboxAnswer {
  return failure(404, 'NOT_FOUND', 'The requested resource could not be found.');
}

function failure(status: number, code: string, message: string): SandboxAnswer {
  return jsonAnswer(status, { error: { code, message, errors: [] } });
}
