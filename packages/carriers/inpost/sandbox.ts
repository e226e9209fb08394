import {
  bearerOf,
  jsonAnswer,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxPlace,
  type VisibleInstance,
} from 'waybill/adapter/sandbox';

const TRACKING = /^\/v1\/tracking\/(\d+)$/;
const ORGANIZATIONS = '/v1/organizations';

/** The API as documented; written without reading access.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'inpost',
  displayName: 'InPost',
  credentials: { token: 'sandbox-shipx-token' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [{ name: 'second', endpoint: 'api', calls: 5, perS: 1 }],
  accountOf: (request) => bearerOf(request),
  answer(request, world) {
    const token = bearerOf(request) ?? '';
    if (token === '' || world.credentials(token, token) !== 'good') {
      return error(401, 'token_invalid', 'Token is missing or invalid.');
    }
    if (!world.spend('api', token).ok) return throttled();
    if (request.method === 'GET' && request.path === ORGANIZATIONS) {
      return jsonAnswer(200, { count: 1, page: 1, per_page: 100, items: [{ id: 1 }] });
    }
    const number = request.method === 'GET' ? (TRACKING.exec(request.path)?.[1] ?? '') : '';
    const life = world.parcel(number)?.lives.at(-1);
    return life === undefined
      ? error(404, 'resource_not_found', `Tracking information about ${number} was not found.`)
      : jsonAnswer(200, tracking(number, life));
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return error(500, 'internal_server_error', 'Something went wrong.');
      case 'rate_limited':
        return throttled();
      case 'token_throttled':
        return null;
    }
  },
};

/** A parcel: the newest change of status first. */
function tracking(trackingNumber: string, life: VisibleInstance) {
  const { events, origin, service } = life;
  const details = events.map(({ codes, atMs, place }) => ({
    status: codes['status'],
    origin_status: 'N/A',
    agency: null,
    location: null,
    datetime: stamp(atMs, place ?? origin),
  }));
  const newest = details.at(-1);
  return {
    tracking_number: trackingNumber,
    service,
    type: service,
    status: newest?.status ?? 'created',
    custom_attributes: { size: 'A', target_machine_id: 'GDY01A', end_of_week_collection: false },
    tracking_details: details.toReversed(),
    expected_flow: [],
    created_at: stamp(life.startedAtMs, origin),
    updated_at: newest?.datetime ?? stamp(life.startedAtMs, origin),
  };
}

function stamp(atMs: number, { zone }: SandboxPlace): string {
  const { date, time, offset } = localTime(atMs, zone);
  return `${date}T${time}.000${offset}`;
}

function error(status: number, code: string, description: string): SandboxAnswer {
  return jsonAnswer(status, { status, error: code, description, details: null });
}

function throttled(): SandboxAnswer {
  return error(429, 'too_many_requests', 'Too many requests.');
}
