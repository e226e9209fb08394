import {
  bearerOf,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
} from '../sandbox-kit/index.ts';
import { answerToken, errorAnswer, outage, tokenRequestOf } from './sandbox/errors.ts';
import {
  answerLockers,
  answerPostOffices,
  LOCKERS_PATH,
  POST_OFFICES_PATH,
} from './sandbox/locations.ts';
import { answerSubscriptions, push, SUBSCRIPTIONS_PATH } from './sandbox/subscriptions.ts';
import { answerTrack } from './sandbox/track.ts';

const TOKEN_PATH = '/oauth2/v3/token';
const TRACK_PATH = '/tracking/v3r2/tracking';

/**
 * The sandbox of Tracking 3.2, OAuth, Subscriptions – Tracking and Locations 3.0, after USPS
 * OpenAPI 3.2.6 and 3.5.6 and api-examples.
 */
export const sandbox: SandboxCarrier = {
  name: 'usps',
  displayName: 'USPS',
  credentials: {
    client_id: 'sandbox-client',
    client_secret: 'sandbox-secret',
    mid: '900000001',
    admin_email: 'parcels@example.com',
  },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '9400100000000000000990', scenario: 'moving', pace: 1_800 },
  // About sixty an hour for each application, shared by all endpoints (USPS/api-examples issue
  // 107).
  rates: [{ name: 'hour', endpoint: 'api', calls: 60, perS: 3_600 }],
  accountOf(request, world) {
    if (request.path === TOKEN_PATH) return tokenRequestOf(request)?.client_id ?? null;
    const token = world.tokens.check(bearerOf(request));
    return token.state === 'unknown' ? null : token.account;
  },
  answer(request, world) {
    if (request.path === TOKEN_PATH) return answerToken(request, world);
    const route = routeOf(request);
    if (route === null) return errorAnswer('notFound', request);
    const token = world.tokens.check(bearerOf(request));
    if (token.state !== 'valid') return errorAnswer('badToken', request);
    const rate = world.spend('api', token.account);
    if (!rate.ok) {
      return errorAnswer('quota', request, { 'retry-after': String(rate.retryAfterS) });
    }
    // The gateway refuses before the service gets the call, so the call has counted.
    if (!token.scope.split(' ').includes(route.scope)) return errorAnswer(route.refusal, request);
    return route.run(request, world, token.account);
  },
  faultAnswer(fault, request) {
    const isToken = request.path === TOKEN_PATH;
    switch (fault) {
      case 'unavailable':
        return outage(503);
      case 'server_error':
        return errorAnswer('internal', request);
      case 'rate_limited':
        return isToken ? null : errorAnswer('quota', request, { 'retry-after': '3600' });
      case 'token_throttled':
        return isToken ? errorAnswer('quota', request, { 'retry-after': '60' }) : null;
    }
  },
  push,
};

interface Route {
  readonly scope: string;
  /**
   * Which of the two known texts answers a token without the scope (api-examples issues 56 and 88).
   */
  readonly refusal: 'noTracking' | 'noScope';
  run(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer;
}

function routeOf({ method, path }: SandboxRequest): Route | null {
  if (method === 'POST' && path === TRACK_PATH) {
    return { scope: 'tracking', refusal: 'noTracking', run: answerTrack };
  }
  if (path === SUBSCRIPTIONS_PATH || path.startsWith(`${SUBSCRIPTIONS_PATH}/`)) {
    return { scope: 'subscriptions-tracking', refusal: 'noScope', run: answerSubscriptions };
  }
  if (method === 'GET' && path === POST_OFFICES_PATH) {
    return { scope: 'locations', refusal: 'noScope', run: answerPostOffices };
  }
  if (method === 'GET' && path === LOCKERS_PATH) {
    return { scope: 'parcel-locker', refusal: 'noScope', run: answerLockers };
  }
  return null;
}
