import {
  basicOf,
  jsonAnswer,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type VisibleInstance,
} from 'waybill/adapter/sandbox';

const TRACKING = '/shipping/v1/track';

/** Track Items as documented; written without reading access.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'australia-post',
  displayName: 'Australia Post',
  credentials: {
    api_key: 'sandbox-key',
    password: 'sandbox-password',
    account_number: '0000000000',
  },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [{ name: 'minute', endpoint: 'api', calls: 10, perS: 60 }],
  accountOf: (request) => basicOf(request)?.user ?? null,
  answer(request, world) {
    const login = basicOf(request);
    const isKnown = login !== null && world.credentials(login.user, login.password) === 'good';
    if (!isKnown || !request.headers['account-number']) {
      return { status: 401, headers: { 'content-type': 'text/plain' }, body: 'Unauthorised' };
    }
    if (!world.spend('api', login.user).ok) return throttled();
    if (request.method !== 'GET' || request.path !== TRACKING) return jsonAnswer(404, {});
    const ids = (request.query.get('tracking_ids') ?? '').split(',');
    const results = ids.map((id) => resultOf(id, world.parcel(id)?.lives.at(-1)));
    return jsonAnswer(200, { tracking_results: results });
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

/** An article, with its newest event first. Its status is that of the last scan. */
function resultOf(id: string, life: VisibleInstance | undefined) {
  if (life === undefined) {
    return { tracking_id: id, errors: [{ code: 'ESB-10001', name: 'Invalid tracking ID' }] };
  }
  const status = life.events.at(-1)?.codes['status'];
  const events = life.events.map(({ text, place, atMs }) => {
    const { date, time, offset } = localTime(atMs, place?.zone ?? 'Australia/Sydney');
    const location = place === null ? {} : { location: `${place.city} ${place.region}` };
    return { ...location, description: text, date: `${date}T${time}${offset}` };
  });
  const article = { article_id: id, product_type: life.service, events: events.toReversed() };
  return { tracking_id: id, status, trackable_items: [{ ...article, status }] };
}

function throttled(): SandboxAnswer {
  const message = 'Too many requests';
  return jsonAnswer(429, { errors: [{ message, error_code: 'API_002', error_name: message }] });
}
