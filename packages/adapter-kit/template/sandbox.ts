import { createHmac } from 'node:crypto';
import {
  bearerOf,
  type ComposedPush,
  formOf,
  jsonAnswer,
  localTime,
  MINUTE_MS,
  type PushOccasion,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxPlace,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleInstance,
} from 'waybill/adapter/sandbox';

const TOKEN_PATH = '/oauth/token';
const PARCEL_PATH = /^\/v1\/parcels\/(TX\d{10})$/;
const TOKEN_LIFE_S = 3_600;

/** The carrier as its documents describe it, written without reading track.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'template',
  displayName: 'Template',
  credentials: { client_id: 'sandbox-client', client_secret: 'sandbox-secret' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: 'TX1000000090', scenario: 'delivered', pace: 1_800 },
  rates: [{ name: 'day', endpoint: 'api', calls: 1_000, perS: 86_400 }],
  accountOf(request, world) {
    if (request.path === TOKEN_PATH) return formOf(request).get('client_id');
    const token = world.tokens.check(bearerOf(request));
    return token.state === 'unknown' ? null : token.account;
  },
  answer(request, world) {
    return request.path === TOKEN_PATH ? answerToken(request, world) : answerParcel(request, world);
  },
  faultAnswer(fault, request, world) {
    const isToken = request.path === TOKEN_PATH;
    switch (fault) {
      case 'unavailable':
        return problem(503, 'UNAVAILABLE', world);
      case 'server_error':
        return problem(500, 'UNAVAILABLE', world);
      case 'rate_limited':
        return isToken ? null : problem(429, 'TOO_MANY_CALLS', world, { 'retry-after': '60' });
      case 'token_throttled':
        return isToken ? problem(429, 'TOO_MANY_CALLS', world, { 'retry-after': '60' }) : null;
    }
  },
  // Each push has the whole parcel, is signed over the body, and is retried twice.
  push: {
    compose,
    retriesAfterMs: [5 * MINUTE_MS, 30 * MINUTE_MS],
    accepts: (status) => status >= 200 && status < 300,
  },
};

function answerToken(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const form = formOf(request);
  const [id, secret] = [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  if (id === '' || world.credentials(id, secret) === 'wrong') {
    return jsonAnswer(401, { error: 'invalid_client' });
  }
  const token = world.tokens.issue(id, TOKEN_LIFE_S);
  return jsonAnswer(200, { access_token: token, token_type: 'Bearer', expires_in: TOKEN_LIFE_S });
}

function answerParcel(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const token = world.tokens.check(bearerOf(request));
  if (token.state !== 'valid') return problem(401, 'NOT_AUTHORISED', world);
  const rate = world.spend('api', token.account);
  if (!rate.ok) {
    const wait = { 'retry-after': String(rate.retryAfterS) };
    return problem(429, 'TOO_MANY_CALLS', world, wait);
  }
  const number = request.method === 'GET' ? PARCEL_PATH.exec(request.path)?.[1] : undefined;
  const life = number === undefined ? undefined : world.parcel(number)?.lives.at(-1);
  if (number === undefined || life === undefined) return problem(404, 'NUMBER_UNKNOWN', world);
  return jsonAnswer(200, { request_id: world.newId(), ...parcelBody(number, life) });
}

function problem(
  status: number,
  code: string,
  world: SandboxWorld,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  return jsonAnswer(status, { request_id: world.newId(), error: { code } }, headers);
}

/** A parcel, in the form that polls and webhooks share. */
function parcelBody(number: string, life: VisibleInstance) {
  const { estimate, destination } = life;
  return {
    number,
    service: life.service,
    weight_g: life.weightG,
    expected: estimate === null ? undefined : localTime(estimate.atMs, destination.zone).date,
    from: placeBody(life.origin),
    to: placeBody(destination),
    events: life.events.map(({ codes, text, atMs, place }) => ({
      code: codes['event'],
      text,
      at: stamp(atMs, (place ?? life.origin).zone),
      place: place === null ? undefined : placeBody(place),
    })),
  };
}

function placeBody({ city, postalCode, country }: SandboxPlace) {
  return { city, postal_code: postalCode, country };
}

function stamp(atMs: number, zone: string): string {
  const { date, time, offset } = localTime(atMs, zone);
  return `${date}T${time}${offset}`;
}

function compose({ subscription, parcel, event }: PushOccasion): ComposedPush {
  const life = parcel?.lives.find(({ index }) => index === event?.life);
  const body =
    parcel === null || life === undefined ? '{}' : JSON.stringify(parcelBody(parcel.number, life));
  const signature = createHmac('sha256', subscription.secret).update(body, 'utf8').digest('base64');
  return {
    headers: { 'content-type': 'application/json', 'x-template-signature': signature },
    body,
  };
}
