import { instantMs } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';
import { hmacSha256Base64, matchesAnyHmacSha256Base64 } from '../../kernel/wire/hmac.ts';
import { parseJson } from '../../kernel/wire/json.ts';
import type {
  Acknowledgement,
  HeaderRefusal,
  Verdict,
  WebhookRequest,
  WebhookVerifier,
} from '../contract/contract.ts';
import { schema } from './schema.ts';

/**
 * Verifies `X-HMAC` = Base64(HMAC-SHA256(secret, timestamp + payload)): the two members of the
 * envelope, without separator, with `payload` as the JSON text inside the JSON. Known from public
 * clients (hookdeck/webhook-skills, RoomPackages.USPS), read on 2026-11-20. The envelope's other
 * members are not signed, and nothing but `timestamp` and `payload` is trusted.
 */
export const webhook: WebhookVerifier = { verify, refusedByHeaders, acknowledge, sign };

export const HEADER = 'x-hmac';
/** Maximum age of a push in seconds. USPS publishes none; others use five minutes. */
export const REPLAY_WINDOW_S = 300;
/** The form of a signature: 32 bytes of digest in canonical Base64. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/;
const CHALLENGE_LENGTH_MAX = 512;

function verify(request: WebhookRequest, secrets: readonly string[], nowMs: number): Verdict {
  const reason = refusedByHeaders(request.headers, secrets);
  if (reason !== null) return refused(reason);
  const offered = request.headers[HEADER] ?? '';
  const envelope = envelopeOf(request.rawBody);
  if (envelope === null) return refused('signature_mismatch');
  const { timestamp, payload } = envelope;
  if (!timestamp) return refused('timestamp_missing');
  if (!matchesAnyHmacSha256Base64(offered, timestamp + payload, secrets)) {
    return refused('signature_mismatch');
  }
  const sentMs = timestamp === leadingTime(timestamp + payload) ? sentAtMs(timestamp) : null;
  if (sentMs === null) return refused('timestamp_missing');
  if (Math.abs(nowMs - sentMs) > REPLAY_WINDOW_S * 1000) return refused('timestamp_stale');
  return { ok: true, trust: 'signed' };
}

function refusedByHeaders(
  headers: WebhookRequest['headers'],
  secrets: readonly string[],
): HeaderRefusal | null {
  if (!secrets.some((secret) => secret !== '')) return 'no_secret_configured';
  const offered = headers[HEADER];
  if (offered === undefined || offered === '') return 'signature_missing';
  return SIGNATURE.test(offered) ? null : 'signature_malformed';
}

/**
 * Answers an authentic push. When a subscription is created, USPS posts a check to the listener;
 * one public client answers its `challenge` member (shape unverified).
 */
function acknowledge(request: WebhookRequest): Acknowledgement {
  const challenge = envelopeOf(request.rawBody)?.challenge ?? null;
  if (challenge === null || challenge.length > CHALLENGE_LENGTH_MAX) {
    return { status: 200, headers: {}, body: '' };
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ challenge }),
  };
}

/** Signs an envelope as of `nowMs`; a body that is not an envelope is wrapped in a new one. */
function sign(body: string, secret: string, nowMs: number) {
  const bytes = new TextEncoder().encode(body);
  const timestamp = new Date(nowMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
  const given = envelopeOf(bytes) === null ? null : (JSON.parse(body) as object);
  const envelope = { subscriptionType: 'TRACKING', payload: body, ...given, timestamp };
  return {
    headers: { [HEADER]: hmacSha256Base64(timestamp + envelope.payload, secret) },
    body: JSON.stringify(envelope),
  };
}

function envelopeOf(rawBody: Uint8Array) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
    const envelope = schema.push.safeParse(parseJson(text));
    return envelope.success ? envelope.data : null;
  } catch {
    return null;
  }
}

/**
 * Matches a time with every part that is present, and so the longest one that the text begins with.
 */
const LEADING_TIME =
  /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:[Zz]|[+-]\d{1,2}(?::?\d{2})?))?)?/;

/**
 * The longest time that the signed text begins with. Nothing separates the two signed members:
 * without this rule, a genuine signature would also cover a timestamp without its `Z` and a payload
 * that begins with it.
 */
function leadingTime(signed: string): string | undefined {
  return LEADING_TIME.exec(signed)?.[0];
}

function sentAtMs(timestamp: string): number | null {
  const time = placeTimeFromIso(timestamp);
  if (time === null || time.precision === 'date') return null;
  return instantMs(time.offsetMin === null ? { ...time, offsetMin: 0 } : time);
}

function refused(reason: Extract<Verdict, { ok: false }>['reason']): Verdict {
  return { ok: false, reason };
}
