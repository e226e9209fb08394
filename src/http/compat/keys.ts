import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import type { Gate, OfferedKey } from '../kit/auth.ts';
import type { MerchantApi } from '../kit/merchant-route.ts';

/** Longer than the base64 of any key and the colon after it. */
const CREDENTIALS_CHARS_MAX = 512;

/**
 * The checks before every operation, for clients that send an API key as the user of HTTP Basic, as
 * EasyPost's do; its Python client sends a Bearer key. The password is ignored.
 */
export function withBasicKey(api: MerchantApi): MerchantApi {
  return withGate(api, ({ headers }) => ({
    text: keyOf(headers.authorization ?? ''),
    missing: 'requests.basicKeyMissing',
  }));
}

function keyOf(authorization: string): string | undefined {
  const [, scheme = '', credentials = ''] = /^(basic|bearer) +([^\s]+)$/i.exec(authorization) ?? [];
  if (credentials.length > CREDENTIALS_CHARS_MAX) return undefined;
  if (scheme.toLowerCase() === 'bearer') return credentials || undefined;
  const [user = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  return user || undefined;
}

/**
 * The checks before every operation, for clients that send an API key as `as-api-key`, as
 * AfterShip's do. Every answer states the rate limit under AfterShip's names.
 */
export function withAsApiKey(api: MerchantApi, clock: Clock): MerchantApi {
  const { gate } = withGate(api, ({ headers }) => {
    const sent = headers['as-api-key'];
    const isUsable = typeof sent === 'string' && /^[^\s]{1,256}$/.test(sent);
    return { text: isUsable ? sent : undefined, missing: 'requests.asApiKeyMissing' };
  });
  return {
    ...api,
    gate: {
      ...gate,
      async admit(request, response, clientIp) {
        try {
          return await gate.admit(request, response, clientIp);
        } finally {
          stateRates(response, clock);
        }
      },
    },
  };
}

/** Repeats the headers of the rate limit; the time of the reset is an instant, in Unix seconds. */
function stateRates(response: ServerResponse, clock: Clock): void {
  const limit = response.getHeader('ratelimit-limit');
  if (limit === undefined) return;
  const resetS = Number(response.getHeader('ratelimit-reset'));
  response.setHeader('x-ratelimit-limit', limit);
  response.setHeader('x-ratelimit-remaining', response.getHeader('ratelimit-remaining') ?? 0);
  response.setHeader('x-ratelimit-reset', Math.ceil(clock.nowMs() / 1_000 + resetS));
}

function withGate(
  api: MerchantApi,
  offeredIn: (request: IncomingMessage) => OfferedKey,
): MerchantApi {
  const gate: Gate = {
    ...api.gate,
    admit: (request, response, clientIp) =>
      api.gate.admitKey(offeredIn(request), response, clientIp),
  };
  return { ...api, gate };
}
