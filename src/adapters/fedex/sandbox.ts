import {
  bearerOf,
  formOf,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
} from '../sandbox-kit/index.ts';
import { answerDocuments } from './sandbox/documents.ts';
import { answerToken, errorAnswer } from './sandbox/errors.ts';
import { answerLocations } from './sandbox/locations.ts';
import { answerAssociation, push } from './sandbox/push.ts';
import { answerTrack } from './sandbox/track.ts';

const TOKEN_PATH = '/oauth/token';

/**
 * The sandbox of the Track API v1, Locations Search v1 and the pushes of Advanced Integrated
 * Visibility, from FedEx's documents.
 */
export const sandbox: SandboxCarrier = {
  name: 'fedex',
  displayName: 'FedEx',
  credentials: { client_id: 'sandbox-client', client_secret: 'sandbox-secret' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '999900000119', scenario: 'moving', pace: 1_800 },
  // From the guide to quotas and rate limits; the thresholds of the token endpoint are per address.
  rates: [
    { name: 'burst', endpoint: 'track', calls: 1_400, perS: 10 },
    { name: 'day', endpoint: 'track', calls: 100_000, perS: 86_400 },
    { name: 'token burst', endpoint: 'token', calls: 15, perS: 5, penaltyS: 600 },
    { name: 'token average', endpoint: 'token', calls: 120, perS: 120, penaltyS: 600 },
  ],
  accountOf(request, world) {
    if (request.path === TOKEN_PATH) return formOf(request).get('client_id');
    const token = world.tokens.check(bearerOf(request));
    return token.state === 'unknown' ? null : token.account;
  },
  answer(request, world) {
    if (request.path === TOKEN_PATH) return answerToken(request, world);
    const route = request.method === 'POST' ? ROUTES[request.path] : undefined;
    if (route === undefined) return errorAnswer('notFound', request, world);
    const token = world.tokens.check(bearerOf(request));
    if (token.state !== 'valid') return errorAnswer('unauthorized', request, world);
    if (token.scope === '') return errorAnswer('forbidden', request, world);
    const rate = world.spend('track', token.account);
    if (!rate.ok) {
      return errorAnswer(rate.limit.name === 'day' ? 'quota' : 'burst', request, world);
    }
    return route(request, world, token.account);
  },
  faultAnswer(fault, request, world) {
    const isToken = request.path === TOKEN_PATH;
    switch (fault) {
      case 'unavailable':
        return errorAnswer('unavailable', request, world);
      case 'server_error':
        return errorAnswer('internal', request, world);
      case 'rate_limited':
        return isToken ? null : errorAnswer('burst', request, world);
      case 'token_throttled':
        // A 403 here means throttling, and is not a verdict on the credentials.
        return isToken ? errorAnswer('forbidden', request, world) : null;
    }
  },
  push,
};

type Route = (request: SandboxRequest, world: SandboxWorld, account: string) => SandboxAnswer;

const ROUTES: Readonly<Record<string, Route>> = {
  '/track/v1/trackingnumbers': answerTrack,
  '/track/v1/trackingdocuments': answerDocuments,
  '/track/v1/trackingnumbers/association': answerAssociation,
  '/location/v1/locations': answerLocations,
};
