import type { RandomBytes } from '../../../platform/clock.ts';
import { type Keyring, open, seal } from '../../../platform/sealing/sealing.ts';
import type { EndpointSecret } from './endpoint.ts';

/** The length of a secret; Standard Webhooks recommends 24 to 64 bytes. */
const SECRET_BYTES = 32;
const PREFIX = 'whsec_';

/** Creates a secret in the form that is shown to the merchant, once. */
export function newSecret(random: RandomBytes): string {
  return `${PREFIX}${Buffer.from(random(SECRET_BYTES)).toString('base64')}`;
}

/** The bytes of a secret, with which requests are signed. */
export function secretBytes(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

/** The sealed part of an endpoint. The URL is included because it may contain a token. */
interface EndpointSecrets {
  readonly url: string;
  /** The newest first. */
  readonly secrets: readonly EndpointSecret[];
}

export function sealSecrets(keyring: Keyring, id: string, secrets: EndpointSecrets): Buffer {
  return seal(keyring, Buffer.from(JSON.stringify(secrets), 'utf8'), endpointSealedFor(id));
}

export function openSecrets(keyring: Keyring, id: string, sealed: Uint8Array): EndpointSecrets {
  return JSON.parse(open(keyring, sealed, endpointSealedFor(id)).toString('utf8'));
}

/** The secrets that sign at `nowMs`: during a rotation, the old one too. */
export function liveSecrets(
  secrets: readonly EndpointSecret[],
  nowMs: number,
): readonly EndpointSecret[] {
  return secrets.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
}

/** The context to which the sealed column is bound: it can be opened in its own row only. */
export function endpointSealedFor(id: string): string {
  return `webhook_endpoints.sealed:${id}`;
}
