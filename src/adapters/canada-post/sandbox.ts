import {
  basicOf,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  samplePdf,
} from '../sandbox-kit/index.ts';
import { documentOf, element } from './sandbox/markup.ts';
import { trackingDetail } from './sandbox/parcel.ts';
import { postOfficeList } from './sandbox/post-offices.ts';

const DETAIL = /^\/vis\/track\/pin\/([0-9A-Z]{12,16})\/detail$/;
const CERTIFICATE = /^\/vis\/certificate\/([0-9A-Z]{12,16})$/;
const SIGNATURE = /^\/vis\/signatureimage\/([0-9A-Z]{12,16})$/;
const OFFICES = '/rs/postoffice';
const TRACK_TYPE = 'application/vnd.cpc.track-v2+xml';
const OFFICE_TYPE = 'application/vnd.cpc.postoffice+xml';
const MINUTE_S = 60;

/** The carrier as its documents tell of it; written without a look at track.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'canada-post',
  displayName: 'Canada Post',
  credentials: { username: 'sandbox-user', password: 'sandbox-password' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '9907000000000090', scenario: 'moving', pace: 1_800 },
  // Default limits of the groups E, F and H, each for itself.
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
  // "As part of our ongoing efforts to ensure enhanced privacy", there is none any more.
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

/** The monitor before all services says it with the code of a SOAP fault. */
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
