import { createECDH, hkdfSync } from 'node:crypto';
import type { RandomBytes } from '../clock.ts';
import type { Queryable } from '../database/database.ts';
import { hashKey } from '../sealing/hash-key.sql.ts';
import type { Keyring } from '../sealing/sealing.ts';
import type { VapidKeys } from './push-request.ts';

const KEY_ID = 'web_push';
const SCALAR_BYTES = 32;

/**
 * The installation's keys for push services: made and sealed at first use, the same in every process and
 * for ever, because browsers' subscriptions are bound to them. Needs the pipeline's role.
 *
 * @param subject `mailto:` or `https:`: whom a push service may write to.
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

/** A pair on P-256 of a secret: the same for the same. Pure. */
export function vapidPairOf(secret: Uint8Array): Omit<VapidKeys, 'subject'> {
  const curve = createECDH('prime256v1');
  for (let nr = 0; ; nr += 1) {
    const scalar = Buffer.from(hkdfSync('sha256', secret, '', `vapid ${nr}`, SCALAR_BYTES));
    try {
      curve.setPrivateKey(scalar);
    } catch {
      // One in four billion is no valid scalar of the curve.
      continue;
    }
    return {
      publicKey: curve.getPublicKey('base64url'),
      // From the bytes: Node writes one of 256 keys a byte shorter.
      privateKey: scalar.toString('base64url'),
    };
  }
}

/** Whom push services may write to about a hub at this address. Pure. */
export function vapidSubject(publicUrl: string): string {
  const url = new URL(publicUrl);
  const isNamed = url.protocol === 'https:' && url.hostname !== 'localhost';
  return isNamed ? url.origin : `mailto:postmaster@${url.hostname.replaceAll(/[^\w.-]/g, '')}`;
}
