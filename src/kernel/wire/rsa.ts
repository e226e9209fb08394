import { createPublicKey, sign, verify } from 'node:crypto';

/** No verdict looks at more public keys than this: rotation needs two or three. */
const KEYS_MAX = 8;

/**
 * Whether a text is the canonical Base64 of the message's RSA-SHA256 signature (PKCS #1 v1.5) by
 * any of these public keys (SPKI in PEM). A text that is no RSA key fits nothing.
 */
export function matchesAnyRsaSha256Base64(
  offered: string,
  message: Uint8Array,
  publicKeys: readonly string[],
): boolean {
  const signature = Buffer.from(offered, 'base64');
  if (signature.toString('base64') !== offered) return false;
  return publicKeys.slice(0, KEYS_MAX).some((pem) => isSignedBy(pem, message, signature));
}

function isSignedBy(pem: string, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'rsa' && verify('sha256', message, key, signature);
  } catch {
    return false;
  }
}

/** Signs a message. `privateKey` is PKCS #8 in PEM. Throws if it is no key. */
export function rsaSha256Base64(message: Uint8Array, privateKey: string): string {
  return sign('sha256', message, privateKey).toString('base64');
}
