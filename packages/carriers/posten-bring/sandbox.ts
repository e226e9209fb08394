import {
  jsonAnswer,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type VisibleInstance,
} from 'waybill/adapter/sandbox';

const TRACKING = '/tracking/api/v2/tracking.json';
const TEST_NUMBER = 'TESTPACKAGEDELIVERED';

/** The Tracking API as documented; written without reading access.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'posten-bring',
  displayName: 'Posten and Bring',
  credentials: {
    uid: 'user@shop.example',
    api_key: 'sandbox-mybring-key',
    client_url: 'shop.example',
  },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [{ name: 'second', endpoint: 'api', calls: 5, perS: 1 }],
  accountOf: (request) => userOf(request),
  answer(request, world) {
    const user = userOf(request);
    const key = request.headers['x-mybring-api-key'] ?? '';
    if (user === null || key === '' || world.credentials(user, key) !== 'good') {
      return { status: 401, headers: { 'content-type': 'text/plain' }, body: '401 - Unathorized.' };
    }
    if (!world.spend('api', user).ok) return throttled();
    if (request.headers['x-bring-client-url'] === undefined) return jsonAnswer(400, {});
    if (request.method !== 'GET' || request.path !== TRACKING) return jsonAnswer(404, {});
    const number = request.query.get('q') ?? '';
    const life = world.parcel(number)?.lives.at(-1);
    if (life === undefined && number !== TEST_NUMBER) return unknown();
    return jsonAnswer(200, { apiVersion: '2', consignmentSet: [shipment(number, life)] });
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return { status: 500, headers: { 'content-type': 'text/html' }, body: '<html>500</html>' };
      case 'rate_limited':
        return throttled();
      case 'token_throttled':
        return null;
    }
  },
};

function userOf({ headers }: Pick<SandboxRequest, 'headers'>): string | null {
  return headers['x-mybring-api-uid'] ?? null;
}

/** A shipment of one package, with its newest event first. */
function shipment(packageNumber: string, life: VisibleInstance | undefined) {
  const kg = (life?.weightG ?? 0) / 1_000;
  const events = (life?.events ?? []).map(({ codes, text, place, atMs }) => {
    const { date, time, offset } = localTime(atMs, place?.zone ?? 'Europe/Oslo');
    const [year = '', month = '', day = ''] = date.split('-');
    return {
      description: text,
      status: codes['status'],
      recipientSignature: { name: '' },
      unitId: place?.facility ?? '',
      unitType: 'BRING',
      postalCode: place?.postalCode ?? '',
      city: place?.city ?? '',
      countryCode: place?.country ?? '',
      dateIso: `${date}T${time}${offset}`,
      displayDate: `${day}.${month}.${year}`,
      displayTime: time.slice(0, 5),
      consignmentEvent: false,
    };
  });
  const parcel = {
    statusDescription: '',
    descriptions: [],
    packageNumber,
    previousPackageNumber: '',
    productName: life?.service ?? '',
    weightInKgs: kg,
    eventSet: events.toReversed(),
  };
  return {
    consignmentId: `SHIPMENT${packageNumber}`,
    totalWeightInKgs: kg,
    packageSet: [parcel],
  };
}

function unknown(): SandboxAnswer {
  const error = { code: 404, message: 'No shipments found' };
  return jsonAnswer(200, { apiVersion: '2', consignmentSet: [{ error }] });
}

function throttled(): SandboxAnswer {
  const body = '429 - Too many requests.';
  return { status: 429, headers: { 'content-type': 'text/plain' }, body };
}
