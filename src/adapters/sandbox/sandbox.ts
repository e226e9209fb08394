import { definedOnly } from '../../kernel/defined-only.ts';
import {
  jsonAnswer,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxPlace,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleInstance,
} from '../sandbox-kit/index.ts';

/**
 * A carrier of our own, for users without one. It knows EasyPost's test numbers, with EasyPost's
 * statuses, and all numbers registered by the control API.
 */
export const sandbox: SandboxCarrier = {
  name: 'sandbox',
  displayName: 'Sandbox',
  credentials: { api_key: 'sandbox-key' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [{ name: 'second', endpoint: 'api', calls: 20, perS: 1 }],
  accountOf: ({ headers }) => headers['x-api-key'] || null,
  answer,
  faultAnswer(fault, request, world) {
    switch (fault) {
      case 'rate_limited':
        return failure(429, 'rate_limited', request, world, { 'retry-after': '60' });
      case 'unavailable':
        return failure(503, 'unavailable', request, world);
      case 'server_error':
        return failure(500, 'unavailable', request, world);
      case 'token_throttled':
        return null; // There are no tokens.
    }
  },
};

const PATH = /^\/v1\/parcels\/(EZ\d{10})$/;

function answer(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const key = request.headers['x-api-key'] ?? '';
  if (key === '' || world.credentials(key, '') !== 'good') {
    return failure(401, 'unauthorized', request, world);
  }
  const rate = world.spend('api', key);
  if (!rate.ok) {
    const wait = { 'retry-after': String(rate.retryAfterS) };
    return failure(429, 'rate_limited', request, world, wait);
  }
  const number = request.method === 'GET' ? PATH.exec(request.path)?.[1] : undefined;
  const life = number === undefined ? undefined : world.parcel(number)?.lives.at(-1);
  if (number === undefined || life === undefined) return failure(404, 'not_found', request, world);
  return jsonAnswer(200, { request_id: world.newId(), ...parcelJson(number, life) });
}

function failure(
  status: number,
  code: string,
  request: SandboxRequest,
  world: SandboxWorld,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  const number = PATH.exec(request.path)?.[1];
  const body = {
    request_id: world.newId(),
    ...definedOnly({ tracking_number: number }),
    error: { code },
  };
  return jsonAnswer(status, body, headers);
}

function parcelJson(number: string, life: VisibleInstance) {
  return {
    tracking_number: number,
    piece_id: life.seed.slice(0, 16),
    service: life.service,
    weight_g: life.weightG,
    origin: placeJson(life.origin),
    destination: placeJson(life.destination),
    estimated_delivery: estimateJson(life),
    events: life.events.map(({ codes, text, atMs, place }) => ({
      status: codes['status'],
      text,
      at: stamp(atMs, (place ?? life.origin).zone),
      place: place === null ? null : placeJson(place),
    })),
  };
}

function estimateJson({ estimate, destination: { zone } }: VisibleInstance) {
  if (estimate === null) return null;
  const window =
    estimate.untilMs === null
      ? {}
      : { from: stamp(estimate.atMs, zone), to: stamp(estimate.untilMs, zone) };
  return { date: localTime(estimate.atMs, zone).date, ...window };
}

function placeJson({ city, region, postalCode, country }: SandboxPlace) {
  return { city, region, postal_code: postalCode, country };
}

function stamp(atMs: number, zone: string): string {
  const { date, time, offset } = localTime(atMs, zone);
  return `${date}T${time}${offset}`;
}
