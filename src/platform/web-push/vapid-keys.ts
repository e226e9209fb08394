import { createECDH, hkdfSync } from 'node:crypto';
import type { RandomBytes } from '../clock.ts';
import type { Queryable } from '../database/database.ts';
import { hashKey } from '../sealing/hash-key.sql.ts';
import type { Keyring } from '../sealing/sealing.ts';
import type { VapidKeys } from './push-request.ts';

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
