import { Problem } from '../../../kernel/errors.ts';
import type { MerchantScope } from '../../../kernel/scopes.ts';
import {
  findClient,
  grantableScopes,
  type MembersDeps,
  type OAuthClient,
  READ_SCOPES,
  type Rights,
} from '../../../merchants/index.ts';

/** What a program asks for, checked. */
export interface Authorization {
  readonly client: OAuthClient;
  /** One that the program registered. */
  readonly redirectUri: string;
  /** Repeated to the program; null: it sent none. */
  readonly state: string | null;
  readonly codeChallenge: string;
  readonly resource: string;
  /** Of those it asked for, what the visitor may give. */
  readonly scopes: readonly MerchantScope[];
}

/** The parameters of the request, which the form repeats. */
export const PARAMETERS = [
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'scope',
] as const;

const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;
const FIX = { fix: 'agents.connectAgain' } as const;

/**
 * Checks a program's request for access. Throws `Problem`, for a page: nothing is sent to an address
 * before it is known to be the program's.
 */
export async function readAuthorization(
  members: MembersDeps,
  sent: URLSearchParams,
  who: Rights,
  resource: string,
): Promise<Authorization> {
  const client = await findClient(members, sent.get('client_id') ?? '');
  if (client === null) throw new Problem('bad_request', 'agents.clientUnknown', FIX);
  const redirectUri = sent.get('redirect_uri') ?? '';
  if (!client.redirectUris.includes(redirectUri)) {
    throw new Problem('bad_request', 'agents.redirectUnknown', FIX);
  }
  const codeChallenge = sent.get('code_challenge') ?? '';
  const isS256 = sent.get('code_challenge_method') === 'S256' && CHALLENGE.test(codeChallenge);
  if (sent.get('response_type') !== 'code' || !isS256) {
    throw new Problem('bad_request', 'agents.requestUnusable', FIX);
  }
  if ((sent.get('resource') ?? resource) !== resource) {
    throw new Problem('bad_request', { 'agents.resourceOther': { resource } }, FIX);
  }
  const asked = (sent.get('scope') ?? '').split(' ').filter(Boolean);
  const scopes = grantableScopes(who, asked.length === 0 ? READ_SCOPES : asked);
  if (scopes.length === 0) throw new Problem('forbidden', 'agents.grantNothing', FIX);
  return { client, redirectUri, state: sent.get('state'), codeChallenge, resource, scopes };
}

/**
 * The program's address with the outcome. `iss` tells it which hub answers (RFC 9207). Pure.
 */
export function backTo(
  { redirectUri, state }: Pick<Authorization, 'redirectUri' | 'state'>,
  issuer: string,
  outcome: { readonly code: string } | { readonly error: string },
): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value);
  if (state !== null) url.searchParams.set('state', state);
  url.searchParams.set('iss', issuer);
  return url.href;
}
