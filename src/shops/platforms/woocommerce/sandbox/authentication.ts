import { createHmac } from 'node:crypto';
import {
  basicOf,
  isOn,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../../../adapters/sandbox-kit/index.ts';
import { restError } from './rest.ts';
import { type ApiKey, platform, WooState } from './shop.ts';

/** The key of a new shop; others come from the authorize page. */
export const OWN_KEY = 'ck_5a2d60b0c0ffee5a2d60b0c0ffee5a2d60b0c0ff';
export const OWN_SECRET = 'cs_5a2d60b0c0ffee5a2d60b0c0ffee5a2d60b0c0ff';

/** The consumer key of a call, signed or with its secret; null: none. */
export function keyOf(request: SandboxRequest): string | null {
  return request.query.get('oauth_consumer_key') ?? basicOf(request)?.user ?? null;
}

/** Checks the key of a call to the REST API. `url` is the one that the client signed. */
export function checkKey(
  request: SandboxRequest,
  url: string,
  world: SandboxWorld,
): SandboxAnswer | null {
  const name = keyOf(request);
  if (name === null) {
    return restError(401, 'woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.');
  }
  const key = name === OWN_KEY ? OWN : world.own(WooState).keys.get(name);
  const state = key === undefined ? 'wrong' : world.credentials(name, key.secret);
  if (key === undefined || state === 'wrong') return refused('Consumer key is invalid.');
  const problem = request.query.has('oauth_consumer_key')
    ? signatureProblem(request, key, url, world)
    : plainProblem(request, key, world);
  if (problem !== null) return refused(problem);
  const permissions = state === 'no_scope' ? 'read' : key.permissions;
  const needed = request.method === 'GET' ? 'read' : 'write';
  return permissions.includes(needed)
    ? null
    : refused(`The API key provided does not have ${needed} permissions.`);
}

const OWN: ApiKey = { secret: OWN_SECRET, permissions: 'read_write' };

function refused(message: string): SandboxAnswer {
  return restError(401, 'woocommerce_rest_authentication_error', message);
}

function plainProblem(request: SandboxRequest, key: ApiKey, world: SandboxWorld): string | null {
  if (!isOn(world, platform, 'tls')) return 'oauth_signature parameter is missing.';
  return basicOf(request)?.password === key.secret ? null : 'Consumer secret is invalid.';
}

const TIMESTAMP_S_MAX = 15 * 60;

/** One-legged OAuth 1.0a in the query: the key of the signature has no token. */
function signatureProblem(
  { method, query }: SandboxRequest,
  { secret }: ApiKey,
  url: string,
  world: SandboxWorld,
): string | null {
  const [timestamp, nonce] = [query.get('oauth_timestamp'), query.get('oauth_nonce')];
  if (query.get('oauth_signature_method') !== 'HMAC-SHA256') {
    return 'Invalid signature - signature method is invalid.';
  }
  // PHP keeps the last of parameters with the same name; the official client repeats some.
  const pairs = [...new Map(query)]
    .filter(([name]) => name !== 'oauth_signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort();
  const base = [method, url, pairs.join('&')].map(encoded).join('&');
  const signature = createHmac('sha256', `${secret}&`).update(base).digest('base64');
  if (signature !== query.get('oauth_signature')) {
    return 'Invalid signature - provided signature does not match.';
  }
  const ageS = Math.abs(world.nowMs / 1_000 - Number(timestamp));
  if (timestamp === null || !(ageS <= TIMESTAMP_S_MAX)) return 'Invalid timestamp.';
  const { nonces } = world.own(WooState);
  const once = `${query.get('oauth_consumer_key')} ${timestamp} ${nonce}`;
  if (nonce === null || nonces.has(once)) {
    return 'Invalid nonce - nonce has already been used.';
  }
  nonces.add(once);
  return null;
}

/** Percent-encoding of RFC 3986, which OAuth needs. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
