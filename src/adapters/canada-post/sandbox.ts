import {
  basicOf,
  localTime,
  placesNear,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  samplePdf,
  type VisibleEvent,
  type VisibleInstance,
} from '../sandbox-kit/index.ts';

const DETAIL = /^\/vis\/track\/pin\/([0-9A-Z]{12,16})\/detail$/;
const CERTIFICATE = /^\/vis\/certificate\/([0-9A-Z]{12,16})$/;
const SIGNATURE = /^\/vis\/signatureimage\/([0-9A-Z]{12,16})$/;
const OFFICES = '/rs/postoffice';
const TRACK_TYPE = 'application/vnd.cpc.track-v2+xml';
const OFFICE_TYPE = 'application/vnd.cpc.postoffice+xml';
const MINUTE_S = 60;

/** The carrier as documented; written without reading track.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'canada-post',
  displayName: 'Canada Post',
  credentials: { username: 'sandbox-user', password: 'sandbox-password' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '9907000000000090', scenario: 'moving', pace: 1_800 },
  // The default limits of the groups E, F and H, each counted separately.
  rates: [
    { name: 'tracking', endpoint: 'track', calls: 20, perS: MINUTE_S },
    { name: 'documents', endpoint: 'document', calls: 6, perS: MINUTE_S },
    { name: 'post offices', endpoint: 'office', calls: 468, perS: MINUTE_S },
  ],
  accountOf: (request) => basicOf(request)?.user ?? null,
  answer(request, world) {
    const login = basicOf(request);
    if (login === null || world.credentials(login.user, login.password) !== 'good') {
      return message(401, 'E002', 'AAA Authentication Failure');
    }
    const isOffice = request.path === OFFICES;
    if (request.headers['accept'] !== (isOffice ? OFFICE_TYPE : TRACK_TYPE)) {
      return message(406, '9999', 'The Accept header names no version of this service');
    }
    const endpoint = isOffice ? 'office' : DETAIL.test(request.path) ? 'track' : 'document';
    if (!world.spend(endpoint, login.user).ok) return throttled();
    if (request.method !== 'GET') return message(404, '9999', 'No such resource');
    return isOffice ? offices(request) : aboutParcel(request, world);
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return message(500, 'Server', 'Failed to establish a backside connection');
      case 'rate_limited':
        return throttled();
      case 'token_throttled':
        return null;
    }
  },
};

function aboutParcel({ path }: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const pin = [DETAIL, CERTIFICATE, SIGNATURE].flatMap((pattern) => pattern.exec(path)?.[1] ?? []);
  const [number] = pin;
  if (number === undefined) return message(404, '9999', 'No such resource');
  const life = world.parcel(number)?.lives.at(-1);
  if (life === undefined) return message(404, '004', 'No PIN History');
  if (DETAIL.test(path)) return xmlAnswer(200, TRACK_TYPE, trackingDetail(number, life));
  // "As part of our ongoing efforts to ensure enhanced privacy", there are no signature images any
  // more.
  if (SIGNATURE.test(path)) return message(404, '003', 'No Signature Image Available');
  const last = life.events.at(-1);
  if (last === undefined || !DELIVERED.has(last.codes['event'] ?? '')) {
    return message(404, '007', 'No Delivery Information Available');
  }
  const pdf = Buffer.from(samplePdf(['Delivery confirmation certificate', number, last.text]));
  const certificate = documentOf(
    'delivery-confirmation-certificate',
    'track',
    element('filename', `${number}.pdf`),
    element('image', pdf.toString('base64')),
    element('mime-type', 'application/pdf'),
  );
  return xmlAnswer(200, TRACK_TYPE, certificate);
}

/** The codes with which scenarios end at a door. */
const DELIVERED: ReadonlySet<string> = new Set(['1408', '1421', '1496']);

function offices(request: SandboxRequest): SandboxAnswer {
  const list = postOfficeList(request);
  return list === null
    ? message(400, '9999', 'Invalid Postal Code')
    : xmlAnswer(200, OFFICE_TYPE, list);
}

/** The answer of the monitor in front of all services, which uses the code of a SOAP fault. */
function throttled(): SandboxAnswer {
  return message(500, 'Server', 'Rejected by SLM Monitor');
}

function message(status: number, code: string, description: string): SandboxAnswer {
  const inner = element('message', element('code', code), element('description', description));
  return xmlAnswer(status, 'application/xml', documentOf('messages', 'messages', inner));
}

function xmlAnswer(status: number, contentType: string, body: string): SandboxAnswer {
  return { status, headers: { 'content-type': contentType }, body };
}

/** An element with text or with elements, written as the gateway does: no blanks between. */
function element(name: string, ...inner: readonly (string | Element)[]): Element {
  const body = inner.map((each) => (typeof each === 'string' ? escaped(each) : each.markup));
  return { markup: `<${name}>${body.join('')}</${name}>` };
}

interface Element {
  readonly markup: string;
}

/** A document whose root names its schema, as the carrier's schemas do. */
function documentOf(root: string, schema: string, ...inner: readonly Element[]): string {
  const body = inner.map(({ markup }) => markup).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://www.canadapost.ca/ws/${schema}">${body}</${root}>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A parcel as Get Tracking Details answers it: the newest event first. */
function trackingDetail(pin: string, life: VisibleInstance): string {
  const { estimate, destination } = life;
  const expected = estimate === null ? '' : localTime(estimate.atMs, destination.zone).date;
  const promised = life.details['promised'] ?? expected;
  return documentOf(
    'tracking-detail',
    'track',
    element('pin', pin),
    element('active-exists', '1'),
    element('archive-exists', ''),
    element('changed-expected-date', promised === expected ? '' : expected),
    element('destination-postal-id', destination.postalCode),
    element('expected-delivery-date', promised),
    element('changed-expected-delivery-reason', ''),
    element('mailed-by-customer-number', '0000000000'),
    element('mailed-on-behalf-of-customer-number', '0000000000'),
    element('original-pin', ''),
    element('service-name', life.service),
    element('service-name-2', life.service),
    element('customer-ref-1', ''),
    element('customer-ref-2', ''),
    element('return-pin', ''),
    element('signature-image-exists', 'false'),
    element('suppress-signature', 'false'),
    element('delivery-options'),
    element('significant-events', ...[...life.events].reverse().map(occurrence)),
  );
}

function occurrence({ codes, text, atMs, place }: VisibleEvent) {
  const { date, time, offset } = localTime(atMs, place?.zone ?? 'America/Toronto');
  const isCanadian = place === null || place.country === 'CA';
  return element(
    'occurrence',
    element('event-identifier', codes['event'] ?? ''),
    element('event-date', date),
    element('event-time', time),
    element('event-time-zone', isCanadian ? (ABBREVIATIONS[offset] ?? '') : ''),
    element('event-description', text),
    element('signatory-name', ''),
    element('event-site', place?.city ?? ''),
    element('event-province', place?.region ?? ''),
    element('event-retail-location-id', place?.facility === undefined ? '' : '0000000000'),
    element('event-retail-name', place?.facility ?? ''),
  );
}

/**
 * The abbreviations of the zones in which the scenarios take place (Ontario, Quebec and British
 * Columbia), where they are unambiguous.
 */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  '-04:00': 'EDT',
  '-05:00': 'EST',
  '-07:00': 'PDT',
  '-08:00': 'PST',
};

/** How many offices Get Nearest Post Office returns: by default, and at most. */
const MAXIMUM = { default: 10, most: 50 };
const RADIUS_M = 80_000;
const CANADIAN = /^[A-Z]\d[A-Z]\d[A-Z]\d$/;

/** The answer with post offices around a place; null: the place is not in Canada. */
function postOfficeList({ query }: SandboxRequest): string | null {
  const postalCode = query.get('postalCode') ?? '';
  const [lat, lng] = [Number(query.get('latitude') ?? ''), Number(query.get('longitude') ?? '')];
  const center = lat >= 40 && lng <= -50 ? { lat, lng } : null;
  if (center === null && !CANADIAN.test(postalCode)) return null;
  const limit = Math.min(Number(query.get('maximum')) || MAXIMUM.default, MAXIMUM.most);
  const offices = placesNear({
    country: 'CA',
    postalCode: postalCode === '' ? 'K1A0B1' : postalCode,
    city: 'OTTAWA',
    center,
    kinds: ['post_office'],
    radiusM: RADIUS_M,
    limit,
  });
  return documentOf(
    'post-office-list',
    'postoffice',
    ...offices.map((office) => {
      const id = String(Number.parseInt(office.seed.slice(0, 8), 16)).padStart(10, '0');
      return element(
        'post-office',
        element(
          'address',
          element('city', office.city),
          element('latitude', office.lat.toFixed(5)),
          element('longitude', office.lng.toFixed(5)),
          element('postal-code', office.postalCode),
          element('province', 'ON'),
          element('office-address', office.street),
        ),
        element('distance', (office.distanceM / 1_000).toFixed(2)),
        element('location', `${office.name} PO`),
        element('name', office.name),
        element('office-id', id),
        element('bilingual-designation', 'true'),
      );
    }),
  );
}
