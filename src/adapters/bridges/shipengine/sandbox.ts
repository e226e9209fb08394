import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import {
  jsonAnswer,
  localTime,
  MINUTE_MS,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleEvent,
} from '../../sandbox-kit/index.ts';

/** The service as documented; written without reading access.ts, bridge.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'shipengine',
  displayName: 'ShipEngine',
  credentials: { api_key: 'sandbox-shipengine-key' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '9400100000000000000990', scenario: 'delivered', pace: 1_800 },
  rates: [{ name: 'minute', endpoint: 'api', calls: 200, perS: 60 }],
  bridge: { carrierCode: 'usps', quota: null },
  accountOf: ({ headers }) => headers['api-key'] ?? null,
  answer(request, world) {
    if (request.path === '/jwks') return jsonAnswer(200, { keys: publicKeys(world) });
    const key = request.headers['api-key'] ?? '';
    if (key === '' || world.credentials(key, key) !== 'good') {
      return failure(401, 'security', 'unauthorized', 'The API key is invalid.');
    }
    const rate = world.spend('api', key);
    return rate.ok ? route(request, world, key) : throttled(rate.retryAfterS);
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return failure(500, 'system', 'unspecified', 'An unexpected error occurred.');
      case 'rate_limited':
        return throttled(60);
      case 'token_throttled':
        return null;
    }
  },
  push: {
    // No schedule of retries was found.
    retriesAfterMs: [30 * MINUTE_MS, 30 * MINUTE_MS],
    accepts: (status) => status >= 200 && status < 300,
    wants: ({ subscription, parcel }, world) =>
      world.registrations.find(subscription.account, parcel?.number ?? '')?.state === 'tracking',
    compose({ subscription, parcel, event }, world) {
      const number = parcel?.number ?? '';
      const registration = world.registrations.find(subscription.account, number);
      const carrierCode = registration?.carrierCode ?? '';
      const query = `carrier_code=${carrierCode}&tracking_number=${number}`;
      const body = JSON.stringify({
        resource_url: `https://api.shipengine.com/v1/tracking?${query}`,
        resource_type: 'API_TRACK',
        data: { label_url: null, ...tracking(number, carrierCode, world, event?.atMs) },
      });
      const timestamp = new Date(world.nowMs).toISOString();
      const signature = sign('sha256', Buffer.from(`${timestamp}.${body}`), subscription.secret);
      return {
        headers: {
          'content-type': 'application/json',
          'x-shipengine-timestamp': timestamp,
          'x-shipengine-rsa-sha256-key-id': subscription.id,
          'x-shipengine-rsa-sha256-signature': signature.toString('base64'),
        },
        body,
      };
    },
  },
};

/** The keys that verify pushes. A subscription's secret is the private key of its pushes. */
function publicKeys({ subscriptions }: SandboxWorld) {
  return subscriptions.list().map(({ id, secret }) => ({
    ...createPublicKey(createPrivateKey(secret)).export({ format: 'jwk' }),
    kid: id,
    use: 'sig',
    alg: 'RS256',
  }));
}

/** The carriers of the scenarios. */
const CARRIERS: ReadonlySet<string> = new Set(['usps', 'stamps_com', 'ups', 'fedex']);

function route(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const { method, path, query } = request;
  const call = `${method} ${path.replace(/\/$/, '')}`;
  if (call === 'GET /v1/carriers') return jsonAnswer(200, { carriers: [], errors: [] });
  if (!CALLS.has(call))
    return failure(404, 'validation', 'not_found', 'The resource was not found.');
  const [carrierCode, number] = [query.get('carrier_code'), query.get('tracking_number')];
  if (!carrierCode || !number) {
    const message = 'carrier_code and tracking_number are required.';
    return failure(400, 'validation', 'field_value_required', message);
  }
  if (!CARRIERS.has(carrierCode)) {
    return failure(400, 'validation', 'invalid_field_value', `'${carrierCode}' is no carrier.`);
  }
  if (method === 'GET') return jsonAnswer(200, tracking(number, carrierCode, world));
  const registration = world.registrations.find(account, number);
  if (call.endsWith('/stop')) {
    if (registration !== null) world.registrations.update(registration.id, { state: 'stopped' });
  } else if (registration?.state !== 'tracking') {
    world.registrations.add({ account, number, carrierCode });
  }
  return { status: 204, headers: {}, body: '' };
}

const CALLS: ReadonlySet<string> = new Set([
  'GET /v1/tracking',
  'POST /v1/tracking/start',
  'POST /v1/tracking/stop',
]);

const STATUSES: Readonly<Record<string, string>> = {
  UN: 'Unknown',
  AC: 'Accepted',
  IT: 'In Transit',
  DE: 'Delivered',
  EX: 'Exception',
  AT: 'Delivery Attempt',
  NY: 'Not Yet In System',
  SP: 'Delivered To Collection Location',
};

/** A parcel with the events until `untilMs`, the newest first; without any, it is not known yet. */
function tracking(number: string, carrierCode: string, world: SandboxWorld, untilMs = world.nowMs) {
  const life = world.parcel(number)?.lives.at(-1);
  const events = (life?.events ?? []).filter(({ atMs }) => atMs <= untilMs).toReversed();
  const [last] = events;
  const status = last?.codes['status'] ?? 'NY';
  return {
    tracking_number: number,
    tracking_url: `https://carrier.example/track/${number}`,
    carrier_code: carrierCode === 'stamps_com' ? 'usps' : carrierCode,
    carrier_id: 1,
    status_code: status,
    status_description: STATUSES[status],
    status_detail_code: last?.codes['detail'] ?? null,
    status_detail_description: last?.text ?? null,
    carrier_status_code: last?.codes['event'] ?? null,
    carrier_status_description: last?.text ?? null,
    carrier_detail_code: null,
    ship_date: life === undefined ? null : stamp(life.startedAtMs),
    estimated_delivery_date:
      life?.estimate == null
        ? null
        : `${localTime(life.estimate.atMs, life.destination.zone).date}T00:00:00`,
    actual_delivery_date: status === 'DE' && last !== undefined ? stamp(last.atMs) : null,
    exception_description: null,
    events: events.map(trackEvent),
  };
}

/** An event. Without a place, the service takes the local time for UTC. */
function trackEvent({ codes, text, atMs, place }: VisibleEvent) {
  const { date, time } = localTime(atMs, place?.zone ?? 'America/Chicago');
  const local = `${date}T${time}`;
  const status = codes['status'] ?? 'UN';
  return {
    occurred_at: place === null ? `${local}Z` : stamp(atMs),
    carrier_occurred_at: local,
    description: text,
    city_locality: place?.city ?? '',
    state_province: place?.region ?? '',
    postal_code: place?.postalCode ?? '',
    country_code: place?.country ?? '',
    company_name: '',
    signer: '',
    event_code: codes['event'] ?? null,
    carrier_detail_code: null,
    status_code: status,
    status_description: STATUSES[status],
    status_detail_code: codes['detail'] ?? null,
    status_detail_description: text,
    carrier_status_code: codes['event'] ?? null,
    carrier_status_description: text,
    latitude: null,
    longitude: null,
  };
}

function stamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}

function throttled(retryAfterS: number): SandboxAnswer {
  const message = 'You have exceeded the rate limit.';
  return failure(429, 'system', 'rate_limit_exceeded', message, {
    'retry-after': String(retryAfterS),
  });
}

function failure(
  status: number,
  error_type: string,
  error_code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  const error = { error_source: 'shipengine', error_type, error_code, message };
  const body = { request_id: '00000000-0000-4000-8000-000000000000', errors: [error] };
  return jsonAnswer(status, body, headers);
}
