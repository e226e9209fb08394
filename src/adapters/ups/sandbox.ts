import {
  basicOf,
  bearerOf,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
} from '../sandbox-kit/index.ts';
import { answerSubscription, push, SUBSCRIPTION_PATH } from './sandbox/alerts.ts';
import { answerToken, errorAnswer, outage } from './sandbox/errors.ts';
import { answerIntercept, INTERCEPT_PATH } from './sandbox/intercept.ts';
import { answerLocator, LOCATOR_PATH } from './sandbox/locator.ts';
import { answerTrack, TRACK_PATH } from './sandbox/track.ts';

const TOKEN_PATH = '/security/v1/oauth/token';

/**
 * The sandbox of Tracking v1, OAuth, Track Alert v1 and v2, Locator v3 and Delivery Intercept v2,
 * after the descriptions in UPS-API/api-documentation and its issues 102, 123 and 166.
 */
export const sandbox: SandboxCarrier = {
  name: 'ups',
  displayName: 'UPS',
  credentials: { client_id: 'sandbox-client', client_secret: 'sandbox-secret' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '1Z999AA10300009994', scenario: 'moving', pace: 1_800 },
  // UPS publishes no limits; these are strict enough that a token for each call exceeds them.
  rates: [
    { name: 'second', endpoint: 'api', calls: 5, perS: 1 },
    { name: 'token minute', endpoint: 'token', calls: 10, perS: 60 },
  ],
  accountOf(request, world) {
    if (request.path === TOKEN_PATH) return basicOf(request)?.user ?? null;
    const token = world.tokens.check(bearerOf(request));
    return token.state === 'unknown' ? null : token.account;
  },
  answer(request, world) {
    if (request.path === TOKEN_PATH) return answerToken(request, world);
    const bearer = bearerOf(request);
    const token = world.tokens.check(bearer);
    if (token.state === 'expired') return errorAnswer('expired');
    if (token.state === 'unknown') return errorAnswer('noToken');
    if (token.scope === '') return errorAnswer('blocked');
    if (!world.spend('api', token.account).ok) return errorAnswer('tooMany');
    return route(request, world, token.account);
  },
  faultAnswer(fault, request) {
    const isToken = request.path === TOKEN_PATH;
    switch (fault) {
      case 'unavailable':
        return outage();
      case 'server_error':
        return errorAnswer('transient');
      case 'rate_limited':
        return isToken ? null : errorAnswer('tooMany');
      case 'token_throttled':
        return isToken ? errorAnswer('quota') : null;
    }
  },
  push,
};

function route(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const { path, method, headers } = request;
  // Required with every call: an id of its own, and who calls.
  const isNamed = Boolean(headers['transid']) && Boolean(headers['transactionsrc']);
  if (TRACK_PATH.test(path)) {
    if (method !== 'GET') return errorAnswer('method');
    return isNamed ? answerTrack(request, world) : errorAnswer('noHeaders');
  }
  if (SUBSCRIPTION_PATH.test(path)) {
    if (method !== 'POST') return errorAnswer('method');
    return isNamed ? answerSubscription(request, world, account) : errorAnswer('noHeaders');
  }
  if (LOCATOR_PATH.test(path)) {
    if (method !== 'POST') return errorAnswer('method');
    return isNamed ? answerLocator(request) : errorAnswer('noHeaders');
  }
  if (INTERCEPT_PATH.test(path)) {
    const isQuestion = path.includes('/eligibility/');
    if (method !== (isQuestion ? 'GET' : 'POST')) return errorAnswer('method');
    return answerIntercept(request, world);
  }
  return errorAnswer('noRoute');
}
