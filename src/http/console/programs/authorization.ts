import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { MerchantScope } from '../../../kernel/scopes.ts';
import {
  findClient,
  grantableScopes,
  type MembersDeps,
  type OAuthClient,
  READ_SCOPES,
  type Rights,
  WRITE_SCOPES,
} from '../../../merchants/index.ts';
import { errorText } from '../../../platform/messages/error-text.ts';

/** A known program, and where it gets the outcome. */
interface Asking {
  readonly client: OAuthClient;
  /** One that the program registered. */
  readonly redirectUri: string;
  /** Repeated to the program; null: it sent none. */
  readonly state: string | null;
}

/** What a program asks for, checked. */
export interface Authorization extends Asking {
  readonly codeChallenge: string;
  readonly resource: string;
  /** Of those it asked for, what the visitor may give. */
  readonly scopes: readonly MerchantScope[];
}

/** What a program asks for wrongly, or from somebody who cannot give it. */
export interface RefusedAuthorization extends Asking {
  readonly reason: ErrorText;
  readonly refusal: Refusal;
}

/** An error as the program learns it (RFC 6749 §4.1.2.1, RFC 8707 §2). */
interface Refusal {
  readonly error:
    | ('access_denied' | 'invalid_request' | 'invalid_scope' | 'invalid_target')
    | 'unsupported_response_type';
  /** In English, because only ASCII is allowed. */
  readonly error_description?: string;
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
 * Checks a program's request for access. Throws `Problem`, for a page, while it is unknown whether
 * the address is the program's: only then may the program itself learn what is wrong.
 */
export async function readAuthorization(
  members: MembersDeps,
  sent: URLSearchParams,
  who: Rights,
  resource: string,
): Promise<Authorization | RefusedAuthorization> {
  const client = await findClient(members, sent.get('client_id') ?? '');
  if (client === null) throw new Problem('bad_request', 'agents.clientUnknown', FIX);
  const redirectUri = sent.get('redirect_uri') ?? '';
  if (!client.redirectUris.includes(redirectUri)) {
    throw new Problem('bad_request', 'agents.redirectUnknown', FIX);
  }
  const asking = { client, redirectUri, state: sent.get('state') };
  const refuse = (error: Refusal['error'], reason: ErrorText): RefusedAuthorization => ({
    ...asking,
    reason,
    refusal: { error, error_description: errorText(reason) },
  });
  const codeChallenge = sent.get('code_challenge') ?? '';
  const isS256 = sent.get('code_challenge_method') === 'S256' && CHALLENGE.test(codeChallenge);
  const type = sent.get('response_type');
  if (type !== 'code' || !isS256) {
    const isOther = type !== null && type !== 'code';
    const error = isOther ? 'unsupported_response_type' : 'invalid_request';
    return refuse(error, 'agents.requestUnusable');
  }
  if ((sent.get('resource') ?? resource) !== resource) {
    return refuse('invalid_target', { 'agents.resourceOther': { resource } });
  }
  const asked = (sent.get('scope') ?? '').split(' ').filter(Boolean);
  const scopes = grantableScopes(who, asked.length === 0 ? READ_SCOPES : asked);
  if (scopes.length > 0) return { ...asking, codeChallenge, resource, scopes };
  const known = [...READ_SCOPES, ...WRITE_SCOPES];
  if (asked.length === 0 || known.some((scope) => asked.includes(scope))) {
    return refuse('access_denied', 'agents.grantNothing');
  }
  return refuse('invalid_scope', { 'agents.scopesUnknown': { scopes: known.join(', ') } });
}

/**
 * The program's address with the outcome. `iss` tells it which hub answers (RFC 9207). Pure.
 */
export function backTo(
  { redirectUri, state }: Pick<Asking, 'redirectUri' | 'state'>,
  issuer: string,
  outcome: { readonly code: string } | Refusal,
): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value);
  if (state !== null) url.searchParams.set('state', state);
  url.searchParams.set('iss', issuer);
  return url.href;
}
