import { createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  consentPage,
  formOf,
  isOn,
  jsonAnswer,
  jsonOf,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../../../adapters/sandbox-kit/index.ts';
import { DOMAIN, platform, ShopifyState } from './shop.ts';

/** The merchant's own app. */
export const CLIENT_ID = '5a2d60b0c0ffee5a2d60b0c0ffee5a2d';
export const CLIENT_SECRET = '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';
/** A token of an app made in the admin before 2026. */
export const OWN_TOKEN = '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';
export const ALL_SCOPES =
  'read_orders,write_fulfillments,write_merchant_managed_fulfillment_orders';

const GRANTED_S = 86_399;
/** A token of the authorization code grant has no end. */
const ENDLESS_S = 3_153_600_000;
const WANTED = z.object({
  client_id: z.literal(CLIENT_ID),
  scope: z.string(),
  redirect_uri: z
    .url()
    .regex(/^(?:https:\/\/|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/])/, 'must be https'),
  state: z.string().min(1),
});

/** Answers `/admin/oauth/…`. */
export function answerOauth(
  request: SandboxRequest,
  base: string,
  world: SandboxWorld,
): SandboxAnswer {
  const { path, query } = request;
  const state = world.own(ShopifyState);
  if (path === '/admin/oauth/access_token') return issueToken(request, world);
  if (path === '/admin/oauth/authorize') {
    const read = WANTED.safeParse(Object.fromEntries(query));
    if (!read.success) {
      const reason = z.prettifyError(read.error);
      return consentPage('Oauth error invalid_request', reason, {}, 400);
    }
    const nonce = world.newId();
    state.requests.set(nonce, query);
    const cancel = new URL(read.data.redirect_uri);
    cancel.searchParams.set('error', 'access_denied');
    cancel.searchParams.set('state', read.data.state);
    return consentPage(
      'Install app',
      `The app asks for: ${read.data.scope}. This is a sandbox: nobody has to sign in.`,
      { Install: `${base}/admin/oauth/install?nonce=${nonce}`, Cancel: cancel.href },
    );
  }
  const nonce = query.get('nonce') ?? '';
  const wanted = state.requests.get(nonce);
  if (path !== '/admin/oauth/install' || wanted === undefined) {
    return consentPage('Not found', 'This request was answered before.', {}, 404);
  }
  state.requests.delete(nonce);
  const code = world.newId();
  state.codes.set(code, wanted.get('scope') ?? '');
  const url = new URL(wanted.get('redirect_uri') ?? '');
  for (const [name, value] of signedQuery(code, wanted.get('state') ?? '', world.nowMs)) {
    url.searchParams.set(name, value);
  }
  return { status: 302, headers: { location: url.href }, body: '' };
}

/** The query of the callback: `hmac` signs the other parameters in their order by name. */
function signedQuery(code: string, state: string, nowMs: number): URLSearchParams {
  const query = new URLSearchParams({
    code,
    host: Buffer.from(`${DOMAIN}/admin`).toString('base64url'),
    shop: DOMAIN,
    state,
    timestamp: String(Math.floor(nowMs / 1_000)),
  });
  query.set('hmac', createHmac('sha256', CLIENT_SECRET).update(String(query)).digest('hex'));
  return query;
}

function issueToken(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const body = new URLSearchParams(
    z.record(z.string(), z.string()).safeParse(jsonOf(request)).data ?? formOf(request),
  );
  const id = body.get('client_id') ?? '';
  const secret = body.get('client_secret') ?? '';
  if (secret !== CLIENT_SECRET || world.credentials(id, secret) === 'wrong' || id !== CLIENT_ID) {
    return refused('invalid_client', 'The client id or secret is wrong.');
  }
  const { codes } = world.own(ShopifyState);
  if (body.get('grant_type') === 'client_credentials') {
    if (!isOn(world, platform, 'same_organization')) {
      return refused('shop_not_permitted', 'Client credentials cannot be used on this shop.');
    }
    const access_token = world.tokens.issue(id, GRANTED_S, ALL_SCOPES);
    return jsonAnswer(200, { access_token, scope: ALL_SCOPES, expires_in: GRANTED_S });
  }
  const code = body.get('code') ?? '';
  const scope = codes.get(code);
  if (scope === undefined) {
    return refused('invalid_request', 'The authorization code was not found or was already used.');
  }
  codes.delete(code);
  return jsonAnswer(200, { access_token: world.tokens.issue(id, ENDLESS_S, scope), scope });
}

function refused(error: string, error_description: string): SandboxAnswer {
  return jsonAnswer(400, { error, error_description });
}
