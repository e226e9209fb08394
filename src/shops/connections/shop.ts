import type { ErrorText } from '../../kernel/errors.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Keyring, open, seal } from '../../platform/sealing/sealing.ts';
import type { ShopPlatform } from '../contract.ts';
import type { ShopRow } from './shops.sql.ts';

/** A connection with a shop. Its secrets are never part of this. */
export interface Shop extends Omit<ShopRow, 'sealed' | 'disabledReason' | 'lastFailure'>, Tenant {
  readonly disabledReason: ErrorText | null;
  readonly lastFailure: ErrorText | null;
}

/** The sealed part of a connection. */
export interface ShopSecrets {
  readonly credentials: Readonly<Record<string, string>>;
  readonly webhookSecret: string;
  /** The one-time secret of a permission that is not given yet. */
  readonly authorization?: { readonly secret: string; readonly untilMs: number };
}

export interface OpenedShop {
  readonly shop: Shop;
  readonly secrets: ShopSecrets;
  readonly platform: ShopPlatform;
}

export function shopSealedFor(id: string): string {
  return `shops.sealed:${id}`;
}

/** Returns the columns in which secrets are stored: sealed, with the names of the credentials. */
export function sealShop(keyring: Keyring, id: string, secrets: ShopSecrets) {
  return {
    sealed: seal(keyring, Buffer.from(JSON.stringify(secrets), 'utf8'), shopSealedFor(id)),
    credentialNames: Object.keys(secrets.credentials).sort(),
  };
}

export function openShop(keyring: Keyring, { id, sealed }: ShopRow): ShopSecrets {
  return JSON.parse(open(keyring, sealed, shopSealedFor(id)).toString('utf8')) as ShopSecrets;
}

export function toShop({ sealed: _sealed, disabledReason, lastFailure, ...row }: ShopRow): Shop {
  return {
    ...row,
    disabledReason: readReason(disabledReason),
    lastFailure: readReason(lastFailure),
  };
}

/** Reads a stored reason; null: there is none. */
export function readReason(stored: string | null): ErrorText | null {
  return stored === null ? null : (JSON.parse(stored) as ErrorText);
}

/**
 * Reads a shop's address: an http or https URL without anything after its path, and without a slash
 * at the end, so that the same shop is recognized. Null: it is none. Pure.
 */
export function shopUrl(text: string): string | null {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  if (url.username !== '' || url.password !== '' || url.hostname === '') return null;
  let path = url.pathname;
  while (path.endsWith('/')) path = path.slice(0, -1);
  return `${url.origin}${path}`;
}
