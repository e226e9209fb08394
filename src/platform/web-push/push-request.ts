import { createECDH, hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { issueText } from '../../kernel/wire/explain-issues.ts';
import type { RandomBytes } from '../clock.ts';
import type { Queryable } from '../database/database.ts';
import { hashKey } from '../sealing/hash-key.sql.ts';
import type { Keyring } from '../sealing/sealing.ts';

/**
 * The keys by which push services identify us, and an address at which they can reach us (RFC
 * 8292).
 */
export interface VapidKeys {
  /** Base64url: an uncompressed point on P-256. */
  readonly publicKey: string;
  readonly privateKey: string;
  /** A `mailto:` or `https:` URL. */
  readonly subject: string;
}

interface PushOptions {
  /** How long the push service stores the message for an offline device. */
  readonly ttlS: number;
  readonly urgency: 'normal' | 'high';
  /**
   * Of waiting messages with the same topic only the last one is delivered; at most 32 characters
   * of Base64url.
   */
  readonly topic: string;
}

const SUBSCRIPTION_CHARS_MAX = 4_000;
const ENDPOINT_CHARS_MAX = 2_000;

/** A number of bytes in Base64 for URLs. */
export const base64UrlBytes = (
  bytes: number,
  wanted = issueText({ 'notifications.expectedBase64Url': { bytes } }),
) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+={0,2}$/, wanted)
    .refine((text) => Buffer.from(text, 'base64url').length === bytes, wanted);

/** What a browser's `PushSubscription.toJSON()` returns. */
export const pushSubscription = z.object({
  endpoint: z.url({ protocol: /^https?$/ }).max(ENDPOINT_CHARS_MAX),
  keys: z.object({
    p256dh: base64UrlBytes(65),
    auth: z.string().regex(/^[A-Za-z0-9_-]{22,64}={0,2}$/),
  }),
});
export type PushSubscription = z.output<typeof pushSubscription>;

/** Parses a subscription; null if the text is not a valid one. */
export function readPushSubscription(text: string): PushSubscription | null {
  if (text.length > SUBSCRIPTION_CHARS_MAX) return null;
  try {
    return pushSubscription.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export interface PushRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Builds the request to a push service: RFC 8030, encrypted for the browser alone (RFC 8291) and
 * signed by us (RFC 8292).
 *
 * @returns null if nothing can be encrypted for the subscription, because its key is no point on
 * the curve.
 */
export async function pushRequest(
  { publicKey, privateKey, subject }: VapidKeys,
  subscription: PushSubscription,
  payload: string,
  { ttlS, urgency, topic }: PushOptions,
): Promise<PushRequest | null> {
  // Loaded when first needed, because most hubs send no pushes.
  const { default: webPush } = await import('web-push');
  try {
    const { headers, body } = webPush.generateRequestDetails(subscription, payload, {
      TTL: ttlS,
      contentEncoding: 'aes128gcm',
      urgency,
      topic,
      vapidDetails: { subject, publicKey, privateKey },
    });
    const plain = Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
      .filter(([name]) => name !== 'content-length');
    return {
      url: subscription.endpoint,
      headers: Object.fromEntries(plain),
      body: body ?? Buffer.alloc(0),
    };
  } catch {
    return null;
  }
}

const KEY_ID = 'web_push';
const SCALAR_BYTES = 32;

/**
 * Returns the installation's keys for push services. They are created and sealed at first use and
 * never change, because browsers' subscriptions are bound to them. Needs the pipeline's role.
 *
 * @param subject `mailto:` or `https:` URL at which a push service can reach us.
 */
export function installationVapidKeys(
  deps: {
    readonly db: Queryable;
    readonly keyring: Keyring;
    readonly randomBytes: RandomBytes;
  },
  subject: () => string,
): () => Promise<VapidKeys> {
  let made: Promise<Omit<VapidKeys, 'subject'>> | null = null;
  return async () => {
    made ??= hashKey(deps.db, deps.keyring, deps.randomBytes, KEY_ID)
      .then(vapidPairOf)
      .catch((error: unknown) => {
        made = null;
        throw error;
      });
    return { ...(await made), subject: subject() };
  };
}

/** Derives a key pair on P-256 from a secret; the same secret gives the same pair. Pure. */
export function vapidPairOf(secret: Uint8Array): Omit<VapidKeys, 'subject'> {
  const curve = createECDH('prime256v1');
  for (let index = 0; ; index += 1) {
    const scalar = Buffer.from(hkdfSync('sha256', secret, '', `vapid ${index}`, SCALAR_BYTES));
    try {
      curve.setPrivateKey(scalar);
    } catch {
      // One in four billion is not a valid scalar of the curve.
      continue;
    }
    return {
      publicKey: curve.getPublicKey('base64url'),
      // Taken from the bytes, because Node writes one of 256 keys a byte shorter.
      privateKey: scalar.toString('base64url'),
    };
  }
}

/** Returns the URL at which push services can reach a hub with this address. Pure. */
export function vapidSubject(publicUrl: string): string {
  const url = new URL(publicUrl);
  const isNamed = url.protocol === 'https:' && url.hostname !== 'localhost';
  return isNamed ? url.origin : `mailto:postmaster@${url.hostname.replaceAll(/[^\w.-]/g, '')}`;
}
