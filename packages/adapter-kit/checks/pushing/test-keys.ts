import { generateKeyPairSync } from 'node:crypto';
import type { WebhookVerifier } from 'waybill/adapter';

/** What the checks sign pushes with, and what verifies them. */
export interface TestKeys {
  readonly signing: string;
  readonly verifying: string;
  /** Keys that differ from the first so much that no forgery of one is the other. */
  readonly others: readonly string[];
  /** Keys that look like the first. */
  readonly similar: readonly string[];
}

const SECRET = 'test-key-Zm9yIHRlc3Rz-1';

const SHARED: TestKeys = {
  signing: SECRET,
  verifying: SECRET,
  others: ['another-test-key-QUJD', 'third-test-key-REVG'],
  similar: [`${SECRET} `, SECRET.slice(0, -1), SECRET.toUpperCase()],
};

/** Returns the keys of the kind that the carrier signs with. */
export function testKeysOf({ keys }: Pick<WebhookVerifier, 'keys'>): TestKeys {
  if (keys !== 'public') return SHARED;
  generated ??= generateKeys();
  return generated;
}

/** Generated once, because that takes a tenth of a second. */
let generated: TestKeys | null = null;

function generateKeys(): TestKeys {
  const first = generatePair();
  return {
    signing: first.privateKey,
    verifying: first.publicKey,
    others: [generatePair().publicKey, SECRET],
    similar: [first.publicKey.toUpperCase(), first.publicKey.slice(0, -40)],
  };
}

function generatePair() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
