import {
  jsonAnswer,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxPlace,
  type VisibleEvent,
  type VisibleInstance,
} from 'waybill/adapter/sandbox';

const STATUS = /^\/shipment\/v2\/status\/barcode\/([0-9A-Z]+)$/;

/** The service as documented; written without reading access.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'postnl',
  displayName: 'PostNL',
  credentials: { api_key: 'sandbox-api-key' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [{ name: 'minute', endpoint: 'status', calls: 1_000, perS: 60 }],
  accountOf: ({ headers }) => headers['apikey'] ?? null,
  answer(request, world) {
    const key = request.headers['apikey'] ?? '';
    if (key === '' || world.credentials(key, key) !== 'good') {
      return message(401, "Failed to resolve API Key variable 'request.header.apikey'");
    }
    if (!world.spend('status', key).ok) return throttled();
    if (request.method !== 'GET') return message(405, 'Only GET requests allowed');
    const barcode = STATUS.exec(request.path)?.[1];
    if (barcode === undefined) return fault(400, 'no barcode supplied in path');
    const life = world.parcel(barcode)?.lives.at(-1);
    const isComplete = request.query.get('detail') === 'true';
    const member = isComplete ? 'CompleteStatus' : 'CurrentStatus';
    if (life === undefined) {
      return jsonAnswer(200, {
        [member]: {},
        Warnings: [{ Message: 'No shipment found', Code: '2' }],
      });
    }
    return jsonAnswer(200, { [member]: { Shipment: shipment(barcode, life, isComplete) } });
  },
  faultAnswer(kind) {
    switch (kind) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return fault(500, 'Internal server error');
      case 'rate_limited':
        return throttled();
      case 'token_throttled':
        return null;
    }
  },
};

/** A parcel. A list with one element is an object, and an empty text is an empty object. */
function shipment(barcode: string, life: VisibleInstance, isComplete: boolean) {
  const newestFirst = life.events.toReversed();
  const statuses = newestFirst.map((event) => statusOf(event, life));
  const { estimate, destination, origin } = life;
  const window =
    estimate === null || estimate.untilMs === null
      ? {}
      : {
          ETAFrom: isoTime(estimate.atMs, destination),
          ETATo: isoTime(estimate.untilMs, destination),
        };
  return {
    MainBarcode: barcode,
    Barcode: barcode,
    ShipmentAmount: String(life.pieces),
    ShipmentCounter: '1',
    Customer: { CustomerCode: 'WAYB', CustomerNumber: '00000000', Name: 'TEST' },
    ProductCode: '003085',
    ProductDescription: life.service,
    Reference: {},
    Dimension: { Weight: String(life.weightG) },
    Address: [address('01', destination), address('02', origin)],
    Status: statuses[0],
    ...(isComplete
      ? {
          Event: listOf(newestFirst.map((event) => eventBody(event, life))),
          Expectation: window,
          OldStatus: listOf(statuses),
        }
      : {}),
  };
}

function listOf<Item>(items: readonly Item[]): Item | readonly Item[] {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : items;
}

function eventBody(event: VisibleEvent, { origin }: VisibleInstance) {
  return {
    Code: event.codes['event'],
    Description: event.text,
    DestinationLocationCode: {},
    LocationCode: event.place?.facility ?? '888888',
    RouteCode: {},
    RouteName: {},
    TimeStamp: timeStamp(event.atMs, event.place ?? origin),
  };
}

function statusOf({ codes, atMs, place }: VisibleEvent, { origin }: VisibleInstance) {
  const time = timeStamp(atMs, place ?? origin);
  return { TimeStamp: time, StatusCode: codes['status'], StatusDescription: 'TEST' };
}

function address(type: string, { city, country, postalCode }: SandboxPlace) {
  return {
    AddressType: type,
    City: city,
    CompanyName: {},
    CountryCode: country,
    FirstName: {},
    LastName: {},
    Region: {},
    Street: {},
    Zipcode: postalCode,
  };
}

function timeStamp(atMs: number, { zone }: SandboxPlace): string {
  const { date, time } = localTime(atMs, zone);
  return `${date.split('-').toReversed().join('-')} ${time}`;
}

function isoTime(atMs: number, { zone }: SandboxPlace): string {
  const { date, time } = localTime(atMs, zone);
  return `${date}T${time}`;
}

function message(status: number, text: string): SandboxAnswer {
  return jsonAnswer(status, { message: text, http_status_code: status });
}

function fault(status: number, faultstring: string): SandboxAnswer {
  return jsonAnswer(status, { fault: { faultstring, detail: { errorcode: 'Fault' } } });
}

function throttled(): SandboxAnswer {
  return message(429, 'Too many requests. Rate limit exceeded!');
}
