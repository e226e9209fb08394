import { z } from 'zod';
import { jsonOf, retryAfterS } from '../exchange.ts';
import type { ChannelDeps } from '../plugin.ts';

export interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly privateKey: string;
  readonly privateKeyId: string | null;
}

type AccessToken =
  | { readonly kind: 'token'; readonly text: string }
  | {
      readonly kind: 'none';
      readonly reason: string;
      /** Whether the account itself was refused. */
      readonly isRefusal: boolean;
      readonly retryAfterS: number | null;
    };

interface AccessTokens {
  get(): Promise<AccessToken>;
  forget(): void;
}

/**
 * The origin of the token endpoint. It is fixed, because a forged key file could send our assertion
 * elsewhere by its `token_uri`.
 */
const TOKEN_ORIGIN = 'https://oauth2.googleapis.com';
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
/** The lifetime of an assertion: the maximum that Google allows. Its tokens live as long. */
const ASSERTION_S = 3_600;
/** A token is not used in its last minute: the call would arrive too late. */
const SPARE_S = 60;

const keyFile = z.object({
  project_id: z.string().regex(/^[a-z][a-z0-9-]{4,62}$/),
  client_email: z.string().min(3).max(320),
  private_key: z.string().startsWith('-----BEGIN PRIVATE KEY-----'),
  private_key_id: z.string().max(200).optional(),
});

/** Reads the key file of a service account; null if it is none. */
export function serviceAccountOf(text: string): ServiceAccount | null {
  const read = keyFile.safeParse(jsonOf(text));
  if (!read.success) return null;
  const { project_id, client_email, private_key, private_key_id } = read.data;
  return {
    projectId: project_id,
    clientEmail: client_email,
    privateKey: private_key,
    privateKeyId: private_key_id ?? null,
  };
}

/**
 * Provides access tokens: exchanges an assertion, signed with the account's key, for a token (RFC
 * 7523). A token is cached, and only one is fetched at a time.
 */
export function createAccessTokens(account: ServiceAccount, deps: ChannelDeps): AccessTokens {
  let cached: { readonly text: string; readonly untilMs: number } | null = null;
  let underway: Promise<AccessToken> | null = null;

  async function fetchToken(): Promise<AccessToken> {
    const nowMs = deps.clock.nowMs();
    const assertion = await assertionOf(account, nowMs);
    if (assertion === null) return none('the private key cannot be read', true);
    const answer = await deps.http.send({
      method: 'POST',
      url: `${deps.apiUrl ?? TOKEN_ORIGIN}/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion,
      }).toString(),
    });
    if (answer.kind === 'failed') return none(`no answer to who we are: ${answer.reason}`, false);
    const json = jsonOf(answer.text);
    if (answer.status !== 200) {
      const code = z.object({ error: z.string().max(60) }).safeParse(json).data?.error;
      const isRefusal =
        code === 'invalid_grant' || code === 'invalid_client' || answer.status === 401;
      const named = code !== undefined && /^\w+$/.test(code) ? ` (${code})` : '';
      const reason = `the account is refused: ${answer.status}${named}`;
      return none(reason, isRefusal, retryAfterS(answer.headers, nowMs));
    }
    const read = z
      .object({ access_token: z.string().min(1).max(4_000), expires_in: z.number() })
      .safeParse(json);
    if (!read.success) return none('an answer without a token', false);
    const { access_token: text, expires_in: lastsS } = read.data;
    cached = { text, untilMs: nowMs + (lastsS - SPARE_S) * 1_000 };
    return { kind: 'token', text };
  }

  return {
    async get() {
      if (cached !== null && cached.untilMs > deps.clock.nowMs())
        return { kind: 'token', text: cached.text };
      underway ??= fetchToken().finally(() => {
        underway = null;
      });
      return underway;
    },
    forget() {
      cached = null;
    },
  };
}

async function assertionOf(account: ServiceAccount, nowMs: number): Promise<string | null> {
  const nowS = Math.floor(nowMs / 1_000);
  try {
    const { importPKCS8, SignJWT } = await import('jose');
    const key = await importPKCS8(account.privateKey, 'RS256');
    return await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({
        alg: 'RS256',
        typ: 'JWT',
        ...(account.privateKeyId === null ? {} : { kid: account.privateKeyId }),
      })
      .setIssuer(account.clientEmail)
      .setAudience(`${TOKEN_ORIGIN}/token`)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + ASSERTION_S)
      .sign(key);
  } catch {
    return null;
  }
}

function none(reason: string, isRefusal: boolean, afterS: number | null = null): AccessToken {
  return { kind: 'none', reason, isRefusal, retryAfterS: afterS };
}
