import { Problem } from '../../../kernel/errors.ts';
import {
  findClient,
  redeemCode,
  refreshTokens,
  registerClient,
  revokeTokens,
  type Tokens,
} from '../../../merchants/index.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { HttpContext } from '../../context.ts';
import { type Answer, writeAnswer } from '../../kit/answer.ts';
import { readForm } from '../../kit/bodies/form-body.ts';
import { Aborted, readJsonBody } from '../../kit/bodies/json-body.ts';
import { type Operation, operation } from '../../kit/operation.ts';
import { createRateLimiter, type RateLimiter } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';
import { OAUTH } from '../refusal.ts';
import { objectOf } from '../tools/tool.ts';
import { isRedirectUri, REDIRECT_URIS_MAX } from './redirect-uris.ts';

/** By client address: a program registers once. */
const REGISTRATIONS = { burst: 10, perS: 1 / 60 };
/** By client address: each program refreshes four times an hour. */
const TOKENS = { burst: 60, perS: 1 };
const NAME_CHARS_MAX = 60;
const FORM = { bytesMax: 8_192, fieldsMax: 20, whose: 'page' } as const;

const post = (id: string, path: string, summary: string, status: number) =>
  operation({
    id,
    path: `${OAUTH}/${path}`,
    summary,
    method: 'POST',
    tag: 'Agents',
    answers: { [status]: { description: 'Done.' }, 400: { description: 'An error of OAuth.' } },
  });

const registration = post('registerOAuthClient', 'register', 'Register a program (RFC 7591)', 201);
const token = post('getOAuthTokens', 'token', 'Exchange a code or refresh token for tokens', 200);
const revocation = post('revokeOAuthToken', 'revoke', 'End the access of a token (RFC 7009)', 200);

export const oauthOperations: readonly Operation[] = [registration, token, revocation];

/** Where programs register, get tokens and give them back. */
export function oauthRoutes({ members, clock }: HttpContext): readonly Route[] {
  const registrations = createRateLimiter({ name: 'programs', ...REGISTRATIONS, clock });
  const tokens = createRateLimiter({ name: 'tokens', ...TOKENS, clock });
  return [
    oauthRoute(registration, registrations, async (request) => {
      const { value } = await readJsonBody(request);
      return registered(members, objectOf(value) ?? {});
    }),
    oauthRoute(token, tokens, async (request) => {
      return tokenAnswer(members, await readForm(request, FORM));
    }),
    oauthRoute(revocation, tokens, async (request) => {
      const form = await readForm(request, FORM);
      await revokeTokens(members, form.get('token') ?? '', form.get('client_id'));
      // An unknown token is revoked already (RFC 7009 §2.2).
      return { status: 200, body: {} };
    }),
  ];
}

function oauthRoute(
  { path }: Operation,
  limiter: RateLimiter,
  answer: (request: Parameters<Route['handler']>[0]) => Promise<Answer>,
): Route {
  return {
    method: 'POST',
    path,
    hot: false,
    isPage: true,
    async handler(request, response, { clientIp }) {
      try {
        const waitS = limiter.take(clientIp);
        if (waitS > 0) {
          throw new Problem('rate_limited', 'members.tooManyAttempts', { retryAfterS: waitS });
        }
        writeAnswer(response, await answer(request));
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  };
}

async function registered(
  deps: HttpContext['members'],
  sent: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const uris = Array.isArray(sent['redirect_uris']) ? sent['redirect_uris'] : [];
  if (uris.length === 0 || uris.length > REDIRECT_URIS_MAX || !uris.every(isRedirectUri)) {
    const reason = { 'agents.metadataUnusable': { most: REDIRECT_URIS_MAX } } as const;
    return oauthError('invalid_redirect_uri', errorText(reason));
  }
  const name = nameOf(sent['client_name']) || new URL(uris[0] ?? '').host;
  const client = await registerClient(deps, { name, redirectUris: uris });
  return {
    status: 201,
    body: {
      client_id: client.id,
      client_id_issued_at: Math.floor(deps.clock.nowMs() / 1_000),
      client_name: client.name,
      redirect_uris: client.redirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  };
}

/** What a request for tokens must have, by its `grant_type`. */
const PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['authorization_code', ['client_id', 'code', 'redirect_uri', 'code_verifier']],
  ['refresh_token', ['client_id', 'refresh_token']],
]);

/** One line of visible characters: no program writes a page's text, or turns its direction. */
function nameOf(text: unknown): string {
  if (typeof text !== 'string') return '';
  return text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, NAME_CHARS_MAX);
}

async function tokenAnswer(deps: HttpContext['members'], form: URLSearchParams): Promise<Answer> {
  const grantType = form.get('grant_type') ?? '';
  const needed = PARAMETERS.get(grantType);
  if (needed === undefined) {
    return oauthError('unsupported_grant_type', 'Use authorization_code or refresh_token.');
  }
  if (needed.some((name) => !form.get(name))) {
    return oauthError('invalid_request', `Send ${needed.join(', ')}.`);
  }
  const of = { clientId: form.get('client_id') ?? '', resource: form.get('resource') };
  if ((await findClient(deps, of.clientId)) === null) {
    // With this error alone, programs register again (RFC 6749 §5.2).
    return { ...oauthError('invalid_client', 'The program is not registered here.'), status: 401 };
  }
  switch (grantType) {
    case 'authorization_code': {
      const redirectUri = form.get('redirect_uri') ?? '';
      const verifier = form.get('code_verifier') ?? '';
      const sent = { ...of, redirectUri, verifier };
      return tokensJson(await redeemCode(deps, form.get('code') ?? '', sent));
    }
    default:
      return tokensJson(await refreshTokens(deps, form.get('refresh_token') ?? '', of));
  }
}

function tokensJson(tokens: Tokens | null): Answer {
  if (tokens === null) {
    return oauthError('invalid_grant', 'The code or token is unknown, used, or ended.');
  }
  return {
    status: 200,
    body: {
      access_token: tokens.access,
      token_type: 'Bearer',
      expires_in: tokens.expiresInS,
      refresh_token: tokens.refresh,
      scope: tokens.scopes.join(' '),
    },
  };
}

function oauthError(error: string, error_description: string): Answer {
  return { status: 400, body: { error, error_description } };
}
