import {
  jsonAnswer,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxPlace,
  type VisibleInstance,
} from 'waybill/adapter/sandbox';

const TRACKING = /^\/suivi\/v2\/idships\/([0-9A-Z]+)$/;

/** The service as documented; written without reading access.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'la-poste',
  displayName: 'La Poste',
  credentials: { okapi_key: 'sandbox-okapi-key' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [{ name: 'second', endpoint: 'api', calls: 10, perS: 1 }],
  accountOf: ({ headers }) => headers['x-okapi-key'] ?? null,
  answer(request, world) {
    const key = request.headers['x-okapi-key'] ?? '';
    if (key === '' || world.credentials(key, key) !== 'good') {
      return gateway(401, 'UNAUTHORIZED', 'This action requires an authorization');
    }
    if (!world.spend('api', key).ok) return throttled();
    const number = request.method === 'GET' ? TRACKING.exec(request.path)?.[1] : undefined;
    if (number === undefined) return failure(400, 'Bad Request');
    const life = world.parcel(number)?.lives.at(-1);
    return life === undefined
      ? failure(404, 'Not Found')
      : jsonAnswer(200, { ...COMMON, returnCode: 200, shipment: shipment(number, life) });
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return failure(503, 'Service Unavailable');
      case 'server_error':
        return failure(500, 'Internal Server Error');
      case 'rate_limited':
        return throttled();
      case 'token_throttled':
        return null;
    }
  },
};

const COMMON = { lang: 'en_GB', scope: 'open' };
/** `order` of the newest event. */
const NEWEST = 100;

/** A parcel: the newest event first. */
function shipment(idShip: string, life: VisibleInstance) {
  const { destination, estimate, events, origin, service } = life;
  return {
    idShip,
    holder: 4,
    product: service,
    isFinal: ['DI1', 'DI2'].includes(events.at(-1)?.codes['event'] ?? ''),
    entryDate: stamp(life.startedAtMs, origin),
    event: events.toReversed().map(({ codes, text, atMs, place }, index) => ({
      order: NEWEST - index,
      label: text,
      date: stamp(atMs, place ?? origin),
      code: codes['event'],
    })),
    contextData: {
      deliveryChoice: { deliveryChoice: 0 },
      originCountry: origin.country,
      arrivalCountry: destination.country,
    },
    estimDate: estimate === null ? undefined : stamp(estimate.atMs, destination),
  };
}

function stamp(atMs: number, { zone }: SandboxPlace): string {
  const { date, time, offset } = localTime(atMs, zone);
  return `${date}T${time}${offset}`;
}

function failure(status: number, returnMessage: string): SandboxAnswer {
  return jsonAnswer(status, { returnCode: status, returnMessage, ...COMMON });
}

/** The answer of the gateway in front of the service. */
function gateway(status: number, code: string, message: string): SandboxAnswer {
  return jsonAnswer(status, { code, message });
}

function throttled(): SandboxAnswer {
  return gateway(429, 'TOO_MANY_REQUESTS', 'Rate limited, max quota reached (10 calls per 1s)');
}
