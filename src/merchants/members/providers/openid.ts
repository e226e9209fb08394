import { LRUCache } from 'lru-cache';
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  type IDToken,
  None,
  ResponseBodyError,
  type UserInfoResponse,
} from 'openid-client';
import type { Clock } from '../../../platform/clock.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import type { SignInFlow } from './flow.ts';
import type { Account } from './identities.ts';

/**
 * Why a sign-in fails, or a provider cannot be used; never the provider's own text.
 *
 * - `refused_url`: the hub does not call this URL.
 * - `unreachable`: no answer, or not in time.
 * - `no_provider`: the answer is not OpenID Connect.
 * - `any_tenant`: the provider serves many companies, each with an issuer of its own.
 * - `denied`: it refused the sign-in, or the user pressed Cancel.
 * - `client`: it does not know the hub, its secret or its address.
 * - `refused`: it reported another error.
 * - `untrue`: the answer is not for this sign-in, or not signed by the provider.
 */
export type OpenIdFault =
  | 'refused_url'
  | 'unreachable'
  | 'no_provider'
  | 'any_tenant'
  | 'denied'
  | 'client'
  | 'refused'
  | 'untrue';

export type OpenIdOutcome<T> =
  | ({ readonly kind: 'done' } & T)
  | { readonly kind: 'fault'; readonly fault: OpenIdFault };

/** A provider with the data needed to call it. */
export interface RequestedProvider {
  readonly id: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** The configuration is read again when this changes. */
  readonly changedAtMs: number;
}

/** OpenID Connect, by `openid-client`: code flow with PKCE, state, nonce and signed ID tokens. */
export interface OpenId {
  /** Returns the issuer's own name for itself, from its configuration. */
  check(issuer: string): Promise<OpenIdOutcome<{ readonly issuer: string }>>;
  /** Returns the URL at which somebody signs in. */
  begin(
    provider: RequestedProvider,
    flow: SignInFlow,
    redirectUri: string,
  ): Promise<OpenIdOutcome<{ readonly url: string }>>;
  /**
   * Returns the account that has signed in. `callbackUrl` is `redirectUri` with the provider's
   * parameters.
   */
  end(
    provider: RequestedProvider,
    flow: SignInFlow,
    callbackUrl: URL,
  ): Promise<OpenIdOutcome<{ readonly account: Account; readonly methods: readonly string[] }>>;
}

const TIMEOUT_MS = 10_000;
/** Large, because some providers publish dozens of keys with their certificates. */
const ANSWER_BYTES_MAX = 512 * 1024;
const PROVIDERS_CACHED = 500;
/** A provider's configuration rarely changes; the library refreshes its keys by itself. */
const CACHE_MS = 10 * 60_000;
/** A provider that is down is not called for every attempt. */
const FAULT_CACHE_MS = 5_000;
const SCOPE = 'openid email profile';
/** The limit of OpenID Connect Core 1.0, section 2. */
const SUBJECT_CHARS_MAX = 255;

interface Deps {
  readonly egress: Pick<Egress, 'get' | 'post'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

type Discovery = OpenIdOutcome<{ readonly configuration: Configuration }>;

export function createOpenId({ egress, clock }: Deps): OpenId {
  const cached = new LRUCache<string, { readonly discovery: Promise<Discovery>; untilMs: number }>({
    max: PROVIDERS_CACHED,
  });
  const egressFetch = fetchThrough(egress);

  function discover(issuer: string, clientId: string, auth: (methods: unknown) => ClientAuth) {
    return toOutcome(async () => {
      let chosen: ClientAuth | null = null;
      const configuration = await discovery(
        new URL(issuer),
        clientId,
        undefined,
        // The supported client authentication is known only after the configuration was read.
        (server, client, body, headers) => {
          chosen ??= auth(server.token_endpoint_auth_methods_supported);
          chosen(server, client, body, headers);
        },
        {
          [customFetch]: egressFetch,
          timeout: TIMEOUT_MS / 1_000,
          // Our egress decides whether a request may go unencrypted, as for webhooks.
          execute: [allowInsecureRequests, enableNonRepudiationChecks],
        },
      );
      return { configuration };
    }, 'no_provider');
  }

  /** Returns the provider's configuration, from the cache if it was read recently. */
  function configurationOf(provider: RequestedProvider): Promise<Discovery> {
    const { id, issuer, clientId, clientSecret, changedAtMs } = provider;
    const key = `${id} ${changedAtMs} ${issuer}`;
    const nowMs = clock.nowMs();
    const known = cached.get(key);
    if (known !== undefined && known.untilMs > nowMs) return known.discovery;
    const auth = clientAuthOf(clientSecret);
    const entry = { discovery: discover(issuer, clientId, auth), untilMs: nowMs + CACHE_MS };
    cached.set(key, entry);
    entry.discovery
      .then(({ kind }) => {
        if (kind === 'fault') entry.untilMs = clock.nowMs() + FAULT_CACHE_MS;
      })
      .catch(() => cached.delete(key));
    return entry.discovery;
  }

  return {
    async check(issuer) {
      if (isTemplate(issuer)) return faultOutcome('any_tenant');
      const found = await discover(issuer, 'waybill', clientAuthOf(null));
      if (found.kind === 'fault') return found;
      return checkServer(found.configuration.serverMetadata());
    },

    async begin(provider, { state, nonce, verifier }, redirectUri) {
      const found = await configurationOf(provider);
      if (found.kind === 'fault') return found;
      if (!isPageUrl(found.configuration.serverMetadata().authorization_endpoint)) {
        return faultOutcome('no_provider');
      }
      const challenge = await calculatePKCECodeChallenge(verifier);
      const url = buildAuthorizationUrl(found.configuration, {
        redirect_uri: redirectUri,
        scope: SCOPE,
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      });
      return { kind: 'done', url: url.href };
    },

    async end(provider, flow, callbackUrl) {
      const found = await configurationOf(provider);
      if (found.kind === 'fault') return found;
      const { configuration } = found;
      return toOutcome(async () => {
        const tokens = await authorizationCodeGrant(configuration, callbackUrl, {
          pkceCodeVerifier: flow.verifier,
          idTokenExpected: true,
          expectedState: flow.state,
          expectedNonce: flow.nonce,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('no claims');
        // A provider with an empty subject would make everybody the same member.
        if (claims.sub === '' || claims.sub.length > SUBJECT_CHARS_MAX)
          throw new Error('no subject');
        const user = await withEmail(configuration, tokens.access_token, claims, flow.purpose.kind);
        const { amr } = claims;
        return {
          account: accountOf({ ...user, sub: claims.sub }),
          methods: Array.isArray(amr) ? amr.filter((each) => typeof each === 'string') : [],
        };
      }, 'untrue');
    },
  };
}

/**
 * Returns the claims with the address. Many providers state it only in a separate answer.
 * Connecting works without one, because the member is signed in already.
 */
async function withEmail(
  configuration: Configuration,
  accessToken: string,
  claims: IDToken,
  purpose: SignInFlow['purpose']['kind'],
): Promise<IDToken | UserInfoResponse> {
  const isComplete = claims['email_verified'] !== undefined;
  const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
  if (purpose === 'sign-in' || isComplete || !hasMore) return claims;
  try {
    return await fetchUserInfo(configuration, accessToken, claims.sub);
  } catch (error) {
    if (purpose === 'connect') return claims;
    throw error;
  }
}

function accountOf(claims: Readonly<Record<string, unknown>> & { readonly sub: string }): Account {
  const { sub, email, email_verified: isVerified, name } = claims;
  return {
    subject: sub,
    // An address counts only if the provider says that it is verified.
    email: typeof email === 'string' && isVerified === true ? email : null,
    name: typeof name === 'string' ? name : null,
  };
}

/**
 * Chooses how the client authenticates: `client_secret_basic`, or `client_secret_post` if the
 * provider supports only that. Without a secret, the client is public.
 */
function clientAuthOf(secret: string | null): (methods: unknown) => ClientAuth {
  return (methods) => {
    if (secret === null) return None();
    const isFormOnly =
      Array.isArray(methods) &&
      !methods.includes('client_secret_basic') &&
      methods.includes('client_secret_post');
    return isFormOnly ? ClientSecretPost(secret) : ClientSecretBasic(secret);
  };
}

/** Returns the issuer if the provider's configuration can be used, otherwise the fault. Pure. */
function checkServer(
  server: ReturnType<Configuration['serverMetadata']>,
): OpenIdOutcome<{ readonly issuer: string }> {
  if (isTemplate(server.issuer)) return faultOutcome('any_tenant');
  const isWhole =
    isPageUrl(server.authorization_endpoint) &&
    server.token_endpoint !== undefined &&
    server.jwks_uri !== undefined;
  return isWhole ? { kind: 'done', issuer: server.issuer } : faultOutcome('no_provider');
}

/**
 * Whether the issuer is a template, as Microsoft Entra's `common` and `organizations` are: it would
 * accept accounts of any company.
 */
function isTemplate(issuer: string): boolean {
  return /\{|%7b/i.test(issuer);
}

/**
 * Whether a browser may be sent to this URL, which a provider states and which is therefore
 * untrusted.
 */
function isPageUrl(text: string | undefined): boolean {
  if (text === undefined || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/** Adapts our egress to the library's interface. */
function fetchThrough(egress: Deps['egress']): CustomFetch {
  return async (url, { method, headers, body }) => {
    const { 'user-agent': _library, ...rest } = headers;
    const request = {
      url,
      headers: rest,
      requireTls: true,
      timeoutMs: TIMEOUT_MS,
      answerBytesMax: ANSWER_BYTES_MAX,
    };
    const outcome =
      method === 'GET'
        ? await egress.get(request)
        : await egress.post({ ...request, body: textOf(body) });
    if (outcome.kind !== 'answer') {
      throw new NoAnswer(outcome.kind === 'refused' ? 'refused_url' : 'unreachable');
    }
    if (outcome.truncated) throw new NoAnswer('no_provider');
    const { status, text } = outcome;
    if (status < 200 || status > 599) throw new NoAnswer('no_provider');
    const hasBody = ![204, 205, 304].includes(status);
    return new Response(hasBody ? text : null, { status, headers: outcome.headers });
  };
}

function textOf(body: unknown): string {
  if (body instanceof URLSearchParams || typeof body === 'string') return String(body);
  throw new Error('the library posts forms only');
}

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly fault: OpenIdFault;
  constructor(code: OpenIdFault) {
    super(code);
    this.fault = code;
  }
}

function faultOutcome(code: OpenIdFault): { readonly kind: 'fault'; readonly fault: OpenIdFault } {
  return { kind: 'fault', fault: code };
}

/**
 * Returns the result of `work`. Errors become faults of ours, because the library's errors may quote
 * the provider's text; `otherwise` is the fault for an unknown error.
 */
async function toOutcome<T>(
  work: () => Promise<T>,
  otherwise: OpenIdFault,
): Promise<OpenIdOutcome<T>> {
  try {
    return { kind: 'done', ...(await work()) };
  } catch (error) {
    return faultOutcome(faultOf(error) ?? otherwise);
  }
}

const CLIENT_ERRORS: readonly string[] = ['invalid_client', 'unauthorized_client'];

function faultOf(error: unknown): OpenIdFault | null {
  if (error instanceof NoAnswer) return error.fault;
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    if (error.error === 'access_denied') return 'denied';
    return CLIENT_ERRORS.includes(error.error) ? 'client' : 'refused';
  }
  // The library wraps what its fetch threw.
  if (error instanceof Error && error.cause !== undefined) return faultOf(error.cause);
  return null;
}
