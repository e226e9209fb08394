import { createHmac } from 'node:crypto';
import {
  jsonAnswer,
  jsonOf,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleEvent,
} from '../../sandbox-kit/index.ts';

const TRACKINGS = '/v4/trackings/';
const PER_CALL_MAX = 40;
const NUMBER = /^[0-9A-Za-z]{4,50}$/;

/** The service as documented; written without reading the adapter. */
export const sandbox: SandboxCarrier = {
  name: 'trackingmore',
  displayName: 'TrackingMore',
  credentials: { api_key: 'sandbox-api-key' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '3SWAYB900000063', scenario: 'delivered', pace: 5_000 },
  rates: [{ name: 'second', endpoint: 'api', calls: 3, perS: 1, penaltyS: 120 }],
  bridge: { carrierCode: 'postnl-3s', quota: 50 },
  accountOf: ({ headers }) => headers['tracking-api-key'] ?? null,
  answer(request, world) {
    const key = request.headers['tracking-api-key'] ?? '';
    if (key === '' || world.credentials(key, '') !== 'good') {
      return failed(401, 401, 'Authentication failed or has no permission.');
    }
    if (!world.spend('api', key).ok) return throttled();
    const [verb = '', id = ''] = request.path.startsWith(TRACKINGS)
      ? request.path.slice(TRACKINGS.length).split('/')
      : [];
    const route = `${request.method} ${verb}`;
    if (route === 'POST batch') return createAll(request, key, world);
    if (route === 'GET get') return ok(found(request, key, world));
    if (route === 'DELETE delete') {
      return world.registrations.remove(id)
        ? ok({ id })
        : failed(400, 4102, 'Tracking No. no exists.');
    }
    return failed(404, 404, 'Page does not exist.');
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return failed(500, 511, 'Server error.');
      case 'rate_limited':
        return throttled();
      case 'token_throttled':
        return null;
    }
  },
  push: {
    compose({ subscription: { account, secret, header }, parcel }, world) {
      const body = JSON.stringify({
        meta: { code: 200, message: 'Success' },
        data: trackingOf(account, parcel?.number ?? '', world),
      });
      const timestamp = String(Math.floor(world.nowMs / 1_000));
      const signature = createHmac('sha256', secret).update(timestamp).digest('hex');
      return {
        headers: {
          'content-type': 'application/json',
          timestamp,
          [header ?? 'signature']: signature,
        },
        body,
      };
    },
    retriesAfterMs: [30_000, 60_000, 120_000],
    accepts: (status) => status >= 200 && status < 300,
    wants: ({ subscription, parcel }, world) =>
      world.registrations.find(subscription.account, parcel?.number ?? '') !== null,
  },
};

function createAll(request: SandboxRequest, account: string, world: SandboxWorld): SandboxAnswer {
  const items = jsonOf(request);
  if (!Array.isArray(items)) return failed(400, 4111, 'Tracking_number is required.');
  if (items.length > PER_CALL_MAX) return failed(400, 4103, 'The maximum quantity is 40.');
  const results = items.map((item: unknown) => created(item, account, world));
  return ok({
    success: results.filter((result) => !('errorCode' in result)),
    error: results.filter((result) => 'errorCode' in result),
  });
}

function created(item: unknown, account: string, world: SandboxWorld) {
  const members: Readonly<Record<string, unknown>> =
    typeof item === 'object' && item !== null ? { ...item } : {};
  const { tracking_number, courier_code } = members;
  const number = typeof tracking_number === 'string' ? tracking_number : '';
  const error = (errorCode: number, errorMessage: string, id = '') => {
    return { id, tracking_number: number, courier_code, errorCode, errorMessage };
  };
  if (!NUMBER.test(number)) return error(4110, 'The value of tracking_number is invalid.');
  if (typeof courier_code !== 'string') return error(4120, 'The value of courier_code is invalid.');
  const before = world.registrations.find(account, number);
  if (before !== null) return error(4101, 'Tracking No. already exists.', before.id);
  const added = world.registrations.add({ account, number, carrierCode: courier_code });
  return added === null
    ? error(4190, 'You are reaching the maximum quota limitation.')
    : { id: added.id, tracking_number: number, courier_code };
}

/** The requested trackings that the account has created. */
function found({ query }: SandboxRequest, account: string, world: SandboxWorld) {
  const numbers = (query.get('tracking_numbers') ?? '').split(',').slice(0, PER_CALL_MAX);
  return numbers.flatMap((number) => trackingOf(account, number, world) ?? []);
}

function trackingOf(account: string, number: string, world: SandboxWorld) {
  const registration = world.registrations.find(account, number);
  if (registration === null) return null;
  const life = world.parcel(number)?.lives.at(-1);
  const trackinfo = (life?.events ?? []).toReversed().map(checkpointOf);
  const [latest] = trackinfo;
  const substatus = latest?.checkpoint_delivery_substatus ?? 'pending001';
  const due = life?.estimate ?? null;
  return {
    id: registration.id,
    tracking_number: number,
    courier_code: registration.carrierCode,
    created_at: new Date(registration.createdAtMs).toISOString(),
    delivery_status: statusOf(substatus),
    substatus,
    origin_country: life?.origin.country ?? null,
    destination_country: life?.destination.country ?? null,
    product_type: life?.service ?? null,
    weight_kg: life === undefined ? null : String(life.weightG / 1_000),
    pieces: life === undefined ? null : String(life.pieces),
    scheduled_delivery_date:
      due === null || life === undefined ? null : localTime(due.atMs, life.destination.zone).date,
    signed_by: null,
    latest_event: latest?.tracking_detail ?? null,
    latest_checkpoint_time: latest?.checkpoint_date ?? null,
    origin_info: { courier_code: registration.carrierCode, trackinfo },
    destination_info: { courier_code: null, trackinfo: [] },
  };
}

function checkpointOf({ codes, text, atMs, place }: VisibleEvent) {
  const { date, time } = localTime(atMs, place?.zone ?? 'Europe/Amsterdam');
  const substatus = codes['substatus'] ?? '';
  return {
    checkpoint_date: `${date} ${time.slice(0, 5)}`,
    checkpoint_delivery_status: statusOf(substatus),
    checkpoint_delivery_substatus: substatus,
    tracking_detail: text,
    location: place?.city ?? null,
    country_iso2: place?.country ?? null,
    state: null,
    city: place?.city ?? null,
    zip: null,
    raw_status: codes['raw'] ?? null,
  };
}

function statusOf(substatus: string): string {
  return substatus.replace(/\d{1,3}$/, '');
}

function ok(data: unknown): SandboxAnswer {
  return jsonAnswer(200, { meta: { code: 200, message: 'Request response is successful' }, data });
}

function failed(status: number, code: number, message: string): SandboxAnswer {
  return jsonAnswer(status, { meta: { code, message }, data: [] });
}

function throttled(): SandboxAnswer {
  return failed(429, 429, 'Exceeded API request limits, please try again later.');
}
