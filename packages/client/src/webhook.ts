import { RUNTIME } from './runtime.ts';

/** A webhook as it was received. */
export interface WebhookRequest {
  /** The body's exact bytes. JSON that was parsed and written again has another signature. */
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** `webhook-id`, `webhook-timestamp` and `webhook-signature`; names in any case. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The endpoint's secret, `whsec_…`; several while it is being rotated. */
  readonly secret: string | readonly string[];
  /** How far the time of the attempt may be from now, in seconds. Default: 300. */
  readonly toleranceS?: number;
  /** Milliseconds since 1970. Default: now. */
  readonly nowMs?: number;
}

/** The webhook is not from the hub, is too old, or was changed on its way. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}

/**
 * Verifies the signature of a webhook (Standard Webhooks) and returns its event.
 *
 * @throws WebhookError with the reason; then respond with 401.
 * @throws TypeError if a secret is not `whsec_` and Base64.
 */
export async function verify(request: WebhookRequest): Promise<unknown> {
  const { body, headers, secret, toleranceS = 300, nowMs = RUNTIME.nowMs() } = request;
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  const signatures = header(headers, 'webhook-signature').split(' ');
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError('webhook-timestamp is not a time');
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > toleranceS) {
    throw new WebhookError(`webhook-timestamp is more than ${toleranceS} s from now`);
  }
  const bytes = typeof body === 'string' ? encode(body) : body;
  const signed = concat(encode(`${id}.${timestamp}.`), bytes);
  for (const each of typeof secret === 'string' ? [secret] : secret) {
    const key = await hmacKey(each);
    for (const signature of signatures) {
      const mac = signature.startsWith('v1,') ? fromBase64(signature.slice(3)) : null;
      if (mac && (await crypto.subtle.verify('HMAC', key, mac, signed))) {
        return JSON.parse(new TextDecoder().decode(bytes));
      }
    }
  }
  throw new WebhookError('no signature matches the secret');
}

const encode = (text: string) => new TextEncoder().encode(text);

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function header(headers: WebhookRequest['headers'], name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  if (typeof value !== 'string') throw new WebhookError(`${name} is missing or sent twice`);
  return value;
}

async function hmacKey(secret: string): Promise<CryptoKey> {
  const bytes = fromBase64(secret.replace(/^whsec_/, ''));
  if (!bytes || bytes.length === 0) throw new TypeError('secret must be whsec_ and Base64');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]);
}

/** Returns null if the text is not Base64. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
