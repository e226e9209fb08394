import type { Credentials } from '../adapters/contract/pull.ts';
import { type Keyring, open, seal } from '../platform/sealing/sealing.ts';
import type { AccountRow } from './accounts.sql.ts';

/**
 * Seals an account's webhook secrets with the master key. Each secret is bound to its row and
 * column, so that a sealed value cannot be opened in any other place.
 */
export function sealWebhookSecrets(
  keyring: Keyring,
  id: string,
  secrets: readonly string[],
): Buffer {
  return sealJson(keyring, 'webhook_secrets', id, secrets);
}

/** Opens an account's webhook secrets; empty if there are none. */
export function openWebhookSecrets(keyring: Keyring, row: AccountRow): readonly string[] {
  if (row.webhookSecrets === null) return [];
  return openJson(keyring, 'webhook_secrets', row.id, row.webhookSecrets) as string[];
}

/** Seals an account's credentials. Null when there are none: then the carrier cannot be polled. */
export function sealCredentials(
  keyring: Keyring,
  id: string,
  credentials: Credentials,
): Buffer | null {
  if (Object.keys(credentials).length === 0) return null;
  return sealJson(keyring, 'credentials', id, credentials);
}

/** Opens an account's credentials; empty if there are none. */
export function openCredentials(keyring: Keyring, row: AccountRow): Credentials {
  if (row.credentials === null) return {};
  return openJson(keyring, 'credentials', row.id, row.credentials) as Credentials;
}

function sealJson(keyring: Keyring, column: string, id: string, value: unknown): Buffer {
  return seal(keyring, Buffer.from(JSON.stringify(value), 'utf8'), sealedFor(column, id));
}

function openJson(keyring: Keyring, column: string, id: string, sealed: Uint8Array): unknown {
  return JSON.parse(open(keyring, sealed, sealedFor(column, id)).toString('utf8'));
}

/**
 * Returns the context to which a secret is bound, so that it opens in its own row and column only.
 */
export function sealedFor(column: string, id: string): string {
  return `carrier_accounts.${column}:${id}`;
}
