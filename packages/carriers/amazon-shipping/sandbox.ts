import {
  formOf,
  jsonAnswer,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleEvent,
  type VisibleInstance,
} from 'waybill/adapter/sandbox';

const TOKEN = '/auth/o2/token';
const TRACKING = '/shipping/v2/tracking';
const TOKEN_LIFE_S = 3_600;
/** The carrier of the sandbox's only rate. */
const CARRIER_ID = 'AMZN_UK';

/** The API as documented; written without reading access.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'amazon-shipping',
  displayName: 'Amazon Shipping',
  credentials: {
    client_id: 'amzn1.application-oa2-client.sandbox',
    client_secret: 'sandbox-client-secret',
    refresh_token: 'Atzr|sandbox-refresh-token',
    carrier_id: CARRIER_ID,
  },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [{ name: 'getTracking', endpoint: 'tracking', calls: 5, perS: 1 }],
  accountOf(request, world) {
    if (request.path === TOKEN) return formOf(request).get('client_id');
    const token = world.tokens.check(request.headers['x-amz-access-token'] ?? null);
    return token.state === 'unknown' ? null : token.account;
  },
  answer(request, world) {
    if (request.path === TOKEN) return tokenAnswer(request, world);
    return trackingAnswer(request, world);
  },
  faultAnswer(fault, { path }) {
    const isToken = path === TOKEN;
    switch (fault) {
      case 'unavailable':
        return errors(503, 'ServiceUnavailable', 'Service temporarily unavailable.');
      case 'server_error':
        return errors(500, 'InternalError', 'Something went wrong.');
      case 'rate_limited':
        return isToken ? null : throttled();
      case 'token_throttled':
        return isToken ? jsonAnswer(429, { error: 'too_many_requests' }) : null;
    }
  },
};

function tokenAnswer(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const form = formOf(request);
  const [client, secret] = [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  if (request.method !== 'POST' || form.get('grant_type') !== 'refresh_token') {
    return jsonAnswer(400, { error: 'unsupported_grant_type' });
  }
  if (client === '' || world.credentials(client, secret) !== 'good') {
    return jsonAnswer(401, { error: 'invalid_client' });
  }
  return jsonAnswer(200, {
    access_token: world.tokens.issue(client, TOKEN_LIFE_S),
    token_type: 'bearer',
    expires_in: TOKEN_LIFE_S,
    refresh_token: form.get('refresh_token'),
  });
}

function trackingAnswer(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const token = world.tokens.check(request.headers['x-amz-access-token'] ?? null);
  if (token.state !== 'valid') {
    return errors(token.state === 'expired' ? 401 : 403, 'Unauthorized', 'Access is denied.');
  }
  if (!world.spend('tracking', token.account).ok) return throttled();
  if (request.method !== 'GET' || request.path !== TRACKING) {
    return errors(404, 'NotFound', 'The requested resource does not exist.');
  }
  const number = request.query.get('trackingId') ?? '';
  if (number === '' || (request.query.get('carrierId') ?? '') === '') {
    return errors(400, 'InvalidRequest', 'The request has missing or invalid parameters.');
  }
  const life = world.parcel(number)?.lives.at(-1);
  if (life === undefined) return errors(404, 'NotFound', 'The resource does not exist.');
  return jsonAnswer(200, { payload: trackingResult(number, life) });
}

function trackingResult(trackingId: string, life: VisibleInstance) {
  const { estimate, events, details } = life;
  return {
    trackingId,
    alternateLegTrackingId: details['return'] ?? 'null',
    eventHistory: events.map(eventBody),
    promisedDeliveryDate: estimate === null ? undefined : new Date(estimate.atMs).toISOString(),
    summary: { status: STATUSES[events.at(-1)?.codes['event'] ?? ''] ?? 'InTransit' },
  };
}

/** The summary's statuses with another name than the last event, or "in transit". */
const STATUSES: Readonly<Record<string, string>> = {
  ReadyForReceive: 'PreTransit',
  OutForDelivery: 'OutForDelivery',
  DeliveryAttempted: 'DeliveryAttempted',
  AvailableForPickup: 'AwaitingCustomerPickup',
  Delivered: 'Delivered',
  Undeliverable: 'Undeliverable',
  Lost: 'Lost',
};

function eventBody({ codes, atMs, place }: VisibleEvent) {
  return {
    eventCode: codes['event'],
    eventTime: new Date(atMs).toISOString(),
    shipmentType: codes['leg'] ?? 'FORWARD',
    location:
      place === null
        ? undefined
        : {
            city: place.city,
            stateOrRegion: place.region,
            postalCode: place.postalCode,
            countryCode: place.country,
          },
  };
}

function errors(status: number, code: string, message: string): SandboxAnswer {
  return jsonAnswer(status, { errors: [{ code, message }] });
}

function throttled(): SandboxAnswer {
  return errors(429, 'TooManyRequests', 'The number of requests exceeded your limit.');
}
