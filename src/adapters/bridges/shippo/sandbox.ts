import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  localTime,
  MINUTE_MS,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxPlace,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleEvent,
} from '../../sandbox-kit/index.ts';

/** The service as documented; written without reading access.ts, bridge.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'shippo',
  displayName: 'Shippo',
  credentials: { api_token: 'shippo_live_sandbox' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '92055901649173127519990', scenario: 'delivered', pace: 1_800 },
  rates: [
    { name: 'GETs a minute', endpoint: 'GET', calls: 500, perS: 60 },
    { name: 'POSTs a minute', endpoint: 'POST', calls: 750, perS: 60 },
  ],
  bridge: { carrierCode: 'usps', quota: null },
  accountOf: tokenOf,
  answer(request, world) {
    const token = tokenOf(request);
    if (token === null || world.credentials(token, token) !== 'good') {
      return jsonAnswer(401, { detail: 'Token does not exist' });
    }
    return world.spend(request.method, token).ok ? route(request, world, token) : throttled();
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return jsonAnswer(500, { detail: 'Server Error' });
      case 'rate_limited':
        return throttled();
      case 'token_throttled':
        return null;
    }
  },
  push: {
    // "On 408, 429 or any 5xx, Shippo retries twice"; when, is not documented.
    retriesAfterMs: [MINUTE_MS, 5 * MINUTE_MS],
    accepts: (status) => status !== 408 && status !== 429 && status < 500,
    wants: ({ subscription, parcel }, world) =>
      world.registrations.find(subscription.account, parcel?.number ?? '') !== null,
    compose({ subscription, parcel, event }, world) {
      const number = parcel?.number ?? '';
      const registration = world.registrations.find(subscription.account, number);
      const data = trackOf(number, registration?.carrierCode ?? '', world, event?.atMs);
      const body = JSON.stringify({ event: 'track_updated', test: false, data });
      const seconds = Math.floor(world.nowMs / 1_000);
      const signature = createHmac('sha256', subscription.secret)
        .update(`${seconds}.${body}`, 'utf8')
        .digest('hex');
      return {
        headers: {
          'content-type': 'application/json',
          'shippo-auth-signature': `t=${seconds},v1=${signature}`,
        },
        body,
      };
    },
  },
};

function tokenOf({ headers }: Pick<SandboxRequest, 'headers'>): string | null {
  return /^ShippoToken +(\S+)$/.exec(headers['authorization'] ?? '')?.[1] ?? null;
}

const TRACK = /^\/tracks\/([a-z0-9_]+)\/([^/]+)\/?$/;
/** The carriers of the scenarios. */
const CARRIERS: ReadonlySet<string> = new Set(['usps', 'ups', 'fedex', 'shippo']);

const registration = z.object({
  carrier: z.string(),
  tracking_number: z.string().min(1),
  metadata: z.string().max(100).optional(),
});

/** Each registration counts, also of a number that is registered already. */
function route(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const { method, path } = request;
  if (method === 'GET' && path === '/webhooks') return jsonAnswer(200, { results: [] });
  if (method === 'POST' && /^\/tracks\/?$/.test(path)) {
    const read = registration.safeParse(jsonOf(request));
    if (!read.success) return jsonAnswer(400, { tracking_number: ['This field is required.'] });
    const { carrier: carrierCode, tracking_number: number } = read.data;
    if (!CARRIERS.has(carrierCode)) return unknownCarrier();
    world.registrations.add({ account, number, carrierCode });
    return jsonAnswer(200, trackOf(number, carrierCode, world));
  }
  const [, carrierCode = '', number = ''] = TRACK.exec(path) ?? [];
  if (method !== 'GET' || number === '') return jsonAnswer(404, { detail: 'Not found.' });
  return CARRIERS.has(carrierCode)
    ? jsonAnswer(200, trackOf(number, carrierCode, world))
    : unknownCarrier();
}

/** A parcel with the events until `untilMs`, the oldest first. Members without a value are absent. */
function trackOf(number: string, carrier: string, world: SandboxWorld, untilMs = world.nowMs) {
  const life = world.parcel(number)?.lives.at(-1);
  const history = (life?.events ?? [])
    .filter(({ atMs }) => atMs <= untilMs)
    .map((event) => statusOf(event, number));
  return {
    messages: [],
    carrier,
    tracking_number: number,
    ...(life !== undefined && {
      address_from: location(life.origin),
      address_to: location(life.destination),
      servicelevel: { token: `${carrier}_priority`, name: life.service },
    }),
    ...(life?.estimate != null && {
      eta: `${localTime(life.estimate.atMs, life.destination.zone).date}T00:00:00Z`,
    }),
    tracking_status: history.at(-1) ?? UNKNOWN,
    tracking_history: history,
    test: false,
  };
}

/** What the service says of a parcel that the carrier does not know. */
const UNKNOWN = {
  object_created: '2026-01-01T00:00:00.000Z',
  object_updated: '2026-01-01T00:00:00.000Z',
  object_id: '0'.repeat(32),
  status: 'UNKNOWN',
  status_details: 'The package has not been found via the carrier’s tracking system.',
};

function statusOf({ index, codes, text, atMs, place }: VisibleEvent, number: string) {
  const at = new Date(atMs).toISOString();
  const { status, substatus } = codes;
  return {
    object_created: at,
    object_updated: at,
    object_id: createHash('md5').update(`${number} ${index}`).digest('hex'),
    status,
    status_details: text,
    status_date: stamp(atMs),
    ...(substatus !== undefined && {
      substatus: { code: substatus, text, action_required: NEEDS_ACTION.has(substatus) },
    }),
    ...(place !== null && { location: location(place) }),
  };
}

const NEEDS_ACTION: ReadonlySet<string> = new Set([
  'notice_left',
  'pickup_available',
  'address_issue',
]);

function location({ city, region: state, postalCode: zip, country }: SandboxPlace) {
  return { city, state, zip, country };
}

function stamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}

function unknownCarrier(): SandboxAnswer {
  return jsonAnswer(400, { carrier: ['Carrier not supported.'] });
}

function throttled(): SandboxAnswer {
  return jsonAnswer(429, { detail: 'Request was throttled.' });
}
