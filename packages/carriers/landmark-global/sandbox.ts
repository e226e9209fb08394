import {
  formOf,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type VisibleInstance,
} from 'waybill/adapter/sandbox';

const MINUTE_S = 60;

/** The Track API as documented; written without reading access.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'landmark-global',
  displayName: 'Landmark Global',
  credentials: { username: 'sandbox-user', password: 'sandbox-password', client_id: '218' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [{ name: 'minute', endpoint: 'api', calls: 300, perS: MINUTE_S }],
  accountOf: (request) => memberOf(request, 'Username'),
  answer(request, world) {
    if (request.method !== 'POST' || request.path !== '/v2/Track.php') {
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>404</html>' };
    }
    const user = memberOf(request, 'Username');
    const password = memberOf(request, 'Password');
    if (user === null) return error('Login', 'Required element Login not found');
    if (password === null || world.credentials(user, password) !== 'good') {
      return error('Login', 'The username/password combination provided is invalid.');
    }
    const verdict = world.spend('api', user);
    if (!verdict.ok) return throttled(verdict.retryAfterS);
    const number = memberOf(request, 'TrackingNumber') ?? '';
    const life = world.parcel(number)?.lives.at(-1);
    if (life === undefined) return error('Invalid', 'No shipment found');
    return xmlAnswer(tracking(number, life, memberOf(request, 'RetrievalType') === 'Historical'));
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return { status: 500, headers: { 'content-type': 'text/html' }, body: '<html>500</html>' };
      case 'rate_limited':
        return throttled(6);
      case 'token_throttled':
        return null;
    }
  },
};

/** The text of an element of the request, which is in the form parameter `RQXML`. */
function memberOf(request: Pick<SandboxRequest, 'text'>, name: string): string | null {
  const xml = formOf(request).get('RQXML') ?? '';
  const [, after] = xml.split(`<${name}>`);
  const text = after?.split('<')[0]?.trim() ?? '';
  return text === '' ? null : text;
}

/** The events, the oldest first; without `Historical` the last one, and no code. */
function tracking(number: string, life: VisibleInstance, isHistorical: boolean): string {
  const shown = isHistorical ? life.events : life.events.slice(-1);
  const events = shown.map(({ text, atMs, place, codes }) => {
    const { date, time } = localTime(atMs, 'America/Chicago');
    const at = place === null ? '' : `${place.city}, ${place.region}, ${place.country}`;
    const code = isHistorical ? element('EventCode', codes['event'] ?? '') : '';
    return element(
      'Event',
      element('Status', text),
      element('DateTime', `${date} ${time}`),
      element('Location', at),
      code,
    );
  });
  const parcel = element(
    'Package',
    element('TrackingNumber', '7023210000000090'),
    element('LandmarkTrackingNumber', number),
    element('PackageReference'),
    element('Events', ...events),
  );
  const details = element('ShipmentDetails', element('EndDeliveryCarrier', 'Canada Post'));
  return element(
    'TrackResponse',
    element('Result', element('Success', 'true'), details, element('Packages', parcel)),
  );
}

function error(code: string, message: string): SandboxAnswer {
  const result = element('Result', element('Success', 'false'));
  const inner = element('Error', element('ErrorCode', code), element('ErrorMessage', message));
  return xmlAnswer(element('TrackResponse', result, element('Errors', inner)));
}

function throttled(retryAfterS: number): SandboxAnswer {
  const waitS = Math.ceil(retryAfterS);
  return error('rate_limit', `Rate limit is exceeded. Retry after ${waitS} seconds`);
}

function element(name: string, ...inner: readonly string[]): string {
  return `<${name}>${inner.join('')}</${name}>`;
}

function xmlAnswer(xml: string): SandboxAnswer {
  const headers = { 'content-type': 'text/xml; charset=UTF-8' };
  return { status: 200, headers, body: `<?xml version="1.0"?>\n${xml}` };
}
