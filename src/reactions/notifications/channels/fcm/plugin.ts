import { z } from 'zod';
import type { ErrorText } from '../../../../kernel/errors.ts';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import { errorText } from '../../../../platform/messages/error-text.ts';
import type { Channel, Message, Rendered, SendOutcome } from '../../contract.ts';
import {
  accepted,
  badAddress,
  jsonOf,
  outcomeOfFailure,
  outcomeOfStatus,
  refused,
  retry,
  retryAfterS,
  unknown,
} from '../exchange.ts';
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';

interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly privateKey: string;
  readonly privateKeyId: string | null;
}

type AccessToken =
  | { readonly kind: 'token'; readonly text: string }
  | {
      readonly kind: 'none';
      readonly reason: ErrorText;
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
function createAccessTokens(account: ServiceAccount, deps: ChannelDeps): AccessTokens {
  let cached: { readonly text: string; readonly untilMs: number } | null = null;
  let underway: Promise<AccessToken> | null = null;

  async function fetchToken(): Promise<AccessToken> {
    const nowMs = deps.clock.nowMs();
    const assertion = await signAssertion(account, nowMs);
    if (assertion === null) return noToken('notifications.privateKeyUnreadable', true);
    const answer = await deps.http.send({
      method: 'POST',
      url: `${deps.apiUrl ?? TOKEN_ORIGIN}/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion,
      }).toString(),
    });
    if (answer.kind === 'failed')
      return noToken({ 'notifications.providerSilent': { why: answer.reason } }, false);
    const json = jsonOf(answer.text);
    if (answer.status !== 200) {
      const code = z.object({ error: z.string().max(60) }).safeParse(json).data?.error;
      const isRefusal =
        code === 'invalid_grant' || code === 'invalid_client' || answer.status === 401;
      const named = code !== undefined && /^\w+$/.test(code) ? ` (${code})` : '';
      const reason = { 'notifications.accountRefused': { status: `${answer.status}${named}` } };
      return noToken(reason, isRefusal, retryAfterS(answer.headers, nowMs));
    }
    const read = z
      .object({ access_token: z.string().min(1).max(4_000), expires_in: z.number() })
      .safeParse(json);
    if (!read.success) return noToken('notifications.answerWithoutToken', false);
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

/** Signs an assertion with the account's key; null if the key cannot be read. */
async function signAssertion(account: ServiceAccount, nowMs: number): Promise<string | null> {
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

function noToken(reason: ErrorText, isRefusal: boolean, afterS: number | null = null): AccessToken {
  return { kind: 'none', reason, isRefusal, retryAfterS: afterS };
}

const ORIGIN = 'https://fcm.googleapis.com';
/** Limits of the texts: a message may have 4,096 bytes, including names and the address. */
const TITLE_CHARS_MAX = 150;
const BODY_CHARS_MAX = 600;
const SERVICE_ACCOUNT_CHARS_MAX = 8_000;

const configSchema = z.strictObject({
  /** The key file of a service account, as JSON. */
  service_account: z
    .string()
    .max(SERVICE_ACCOUNT_CHARS_MAX)
    .refine(
      (text) => serviceAccountOf(text) !== null,
      issueText('notifications.expectedServiceAccount'),
    ),
});

/**
 * Firebase Cloud Messaging, HTTP v1 (read 2026-11-20), to Android, to Apple's devices through APNs
 * and to browsers that registered with it. A repeat replaces the first message on the device,
 * because both have the notification's tag.
 */
export const plugin = channelPlugin({
  provider: 'fcm',
  kinds: ['push'],
  configSchema,
  secrets: ['service_account'],
  open,
  verify,
});

/** Whether the text is a registration token; a browser's subscription is JSON. */
function isToken(text: string): boolean {
  return /^[\w:.%-]{20,4096}$/.test(text);
}

function open(config: z.output<typeof configSchema>, _kind: unknown, deps: ChannelDeps): Channel {
  const account = serviceAccountOf(config.service_account);
  const tokens = account === null ? null : createAccessTokens(account, deps);
  return {
    provider: 'fcm',
    kind: 'push',
    repeat: 'recognizable',
    takes: isToken,
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'push') return refused('not a push');
      if (!isToken(message.to)) return badAddress('not a registration token');
      if (account === null || tokens === null) return retry('no usable service account');
      const token = await tokens.get();
      if (token.kind === 'none') return retry(errorText(token.reason), token.retryAfterS);
      const answer = await deps.http.send({
        method: 'POST',
        url: `${deps.apiUrl ?? ORIGIN}/v1/projects/${account.projectId}/messages:send`,
        headers: { authorization: `Bearer ${token.text}`, 'content-type': 'application/json' },
        body: JSON.stringify({ message: toFcmMessage(message, rendered) }),
      });
      // A token that is refused before it expires was revoked: the next try gets another one.
      if (answer.kind === 'answer' && answer.status === 401) tokens.forget();
      return outcomeOf(answer, deps);
    },
  };
}

function toFcmMessage(message: Message, rendered: Extract<Rendered, { kind: 'push' }>): unknown {
  const id = message.notificationId;
  const notification = {
    title: rendered.title.slice(0, TITLE_CHARS_MAX),
    body: rendered.body.slice(0, BODY_CHARS_MAX),
  };
  return {
    token: message.to,
    notification,
    data: { url: rendered.url, notification_id: id, milestone: message.milestone },
    android: { notification: { tag: id } },
    apns: { headers: { 'apns-collapse-id': id } },
    webpush: {
      notification: { tag: id },
      ...(rendered.url.startsWith('https://') ? { fcm_options: { link: rendered.url } } : {}),
    },
  };
}

const problemSchema = z.object({
  error: z.object({
    status: z.string().optional(),
    details: z
      .array(
        z.object({
          errorCode: z.string().optional(),
          fieldViolations: z.array(z.object({ field: z.string().optional() })).optional(),
        }),
      )
      .optional(),
  }),
});

/** Returns the outcome of a request to send, by status and error code. */
function outcomeOf(
  answer: Awaited<ReturnType<ChannelDeps['http']['send']>>,
  deps: ChannelDeps,
): SendOutcome {
  if (answer.kind === 'failed') return outcomeOfFailure(answer);
  const json = jsonOf(answer.text);
  if (answer.status === 200) {
    const read = z.object({ name: z.string().min(1).max(500) }).safeParse(json);
    return read.success ? accepted(read.data.name) : unknown('an answer without a name');
  }
  const error = problemSchema.safeParse(json).data?.error;
  const details = error?.details ?? [];
  const code = details.find(({ errorCode }) => errorCode !== undefined)?.errorCode;
  const fields = details.flatMap(({ fieldViolations = [] }) => fieldViolations);
  const isAboutToken =
    code === 'UNREGISTERED' ||
    code === 'SENDER_ID_MISMATCH' ||
    // FCM uses the same code for a bad token and a bad message; for the latter it names the field.
    (code === 'INVALID_ARGUMENT' && fields.every(({ field }) => field === 'message.token'));
  if (isAboutToken) return badAddress(`the provider answers ${code}`);
  return outcomeOfStatus(answer.status, answer.headers, {
    repeat: 'recognizable',
    nowMs: deps.clock.nowMs(),
    code: code ?? error?.status,
  });
}

async function verify(
  config: z.output<typeof configSchema>,
  deps: ChannelDeps,
): Promise<ChannelVerdict> {
  const account = serviceAccountOf(config.service_account);
  if (account === null) return { state: 'refused', reason: 'notifications.notServiceAccountKey' };
  const token = await createAccessTokens(account, deps).get();
  if (token.kind === 'token') return { state: 'verified' };
  return { state: token.isRefusal ? 'refused' : 'unverified', reason: token.reason };
}
