import {
  basicOf,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
} from '../sandbox-kit/index.ts';
import { answerLocations, LOCATIONS_PATH } from './sandbox/locations.ts';
import { myDhlProblem, outage, problem } from './sandbox/problems.ts';
import { answerSubscriptions, PUSH_PATH, push } from './sandbox/subscriptions.ts';
import { answerProof, answerTrack, MY_DHL_PATH } from './sandbox/track.ts';

const TRACK_PATH = '/track/shipments';

/**
 * The sandbox of Shipment Tracking – Unified, its push, Location Finder – Unified, and MyDHL's
 * proof of delivery, after OpenAPI 1.3.1 and 1.6.2, the help centre at support-developer.dhl.com,
 * Unified Push 1.2.5 and MyDHL API 3.1.1.
 */
export const sandbox: SandboxCarrier = {
  name: 'dhl',
  displayName: 'DHL',
  credentials: {
    api_key: 'sandbox-key',
    mydhl_username: 'sandbox-user',
    mydhl_password: 'sandbox-password',
  },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '9876509996', scenario: 'moving', pace: 1_800 },
  // The limits of an app. The push and MyDHL are other products, whose limits are not public.
  rates: [
    { name: 'spacing', endpoint: 'unified', calls: 1, perS: 5 },
    { name: 'day', endpoint: 'unified', calls: 250, perS: 86_400 },
    // Unverified.
    { name: 'locations day', endpoint: 'locations', calls: 500, perS: 86_400 },
  ],
  accountOf: (request) =>
    request.headers['dhl-api-key'] || (basicOf(request)?.user ?? null) || null,
  answer(request, world) {
    if (request.path.startsWith(MY_DHL_PATH)) return answerMyDhl(request, world);
    const key = request.headers['dhl-api-key'] ?? '';
    // One answer for a wrong key and for a product that is not added to the app.
    if (key === '' || world.credentials(key, '') !== 'good')
      return problem('unauthorized', request);
    if (request.path === PUSH_PATH || request.path.startsWith(`${PUSH_PATH}/`)) {
      return answerSubscriptions(request, world, key);
    }
    if (request.path.startsWith(LOCATIONS_PATH)) {
      return world.spend('locations', key).ok
        ? answerLocations(request)
        : problem('tooMany', request);
    }
    if (request.method !== 'GET' || request.path !== TRACK_PATH) return problem('noRoute', request);
    if (!world.spend('unified', key).ok) return problem('tooMany', request);
    return answerTrack(request, world);
  },
  faultAnswer(fault, request) {
    switch (fault) {
      case 'unavailable':
        return outage();
      case 'server_error':
        return problem('internal', request);
      case 'rate_limited':
        return problem('tooMany', request);
      case 'token_throttled':
        return null;
    }
  },
  push,
};

function answerMyDhl(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const basic = basicOf(request);
  if (basic === null || world.credentials(basic.user, basic.password) !== 'good') {
    return myDhlProblem(401, 'Unauthorized', 'Invalid Credentials', request);
  }
  return answerProof(request, world);
}
