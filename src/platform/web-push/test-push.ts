import { createDecipheriv, createECDH, type ECDH, hkdfSync } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';

/** The browser's and the push service's side of a message, for tests. */

/**
 * Creates keys for tests only. They are always the same, because Node writes one of 256 random ones
 * a byte shorter.
 */
export function testCurve(seed: number): ECDH {
  const keys = createECDH('prime256v1');
  keys.setPrivateKey(Buffer.alloc(32, seed));
  return keys;
}

/**
 * Whether the header belongs to the owner of the public key and is meant for this service (RFC
 * 8292).
 */
export async function isPushFrom(
  publicKey: string,
  authorization: string,
  origin: string,
  subject = 'mailto:ops@hub.example',
): Promise<boolean> {
  const read = /^vapid t=([^,]+), ?k=([\w-]+)$/.exec(authorization);
  if (read === null || read[2] !== publicKey) return false;
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  try {
    const key = await importJWK(jwk, 'ES256');
    const { payload } = await jwtVerify(read[1] ?? '', key, { audience: origin });
    return payload.sub === subject;
  } catch {
    return false;
  }
}

/**
 * Decrypts a message: RFC 8188 with the keys of RFC 8291, one record, padded by a byte of 2. Throws
 * for anything else.
 */
export function decryptedPush(body: Buffer, browser: ECDH, auth: Buffer): string {
  const salt = body.subarray(0, 16);
  const idLength = body.readUInt8(20);
  const serverKey = body.subarray(21, 21 + idLength);
  const content = body.subarray(21 + idLength);
  const shared = browser.computeSecret(serverKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), serverKey]);
  const input = Buffer.from(hkdfSync('sha256', shared, auth, info, 32));
  const derive = (what: string, length: number): Buffer =>
    Buffer.from(
      hkdfSync('sha256', input, salt, Buffer.from(`Content-Encoding: ${what}\0`), length),
    );
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(content.subarray(-16));
  const plain = Buffer.concat([decipher.update(content.subarray(0, -16)), decipher.final()]);
  return plain.subarray(0, plain.lastIndexOf(2)).toString('utf8');
}
