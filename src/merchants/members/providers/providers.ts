import { withTransaction } from '../../../platform/database/database.ts';
import { open, seal } from '../../../platform/sealing/sealing.ts';
import { lockMembers } from '../members.sql.ts';
import { type MembersDeps, newId, providerBoundTo } from '../members-deps.ts';
import { countIdentities } from './identities.sql.ts';
import {
  deleteProvider,
  insertProvider,
  type ProviderRow,
  providerById,
  providersBySlug,
  providersOf,
  providersOfOnlyMerchant,
  updateProvider,
} from './providers.sql.ts';

/** The most providers per merchant: one for everybody, and some for members of acquired shops. */
export const PROVIDERS_MAX = 5;

/**
 * An identity provider (OpenID Connect) at which a merchant's members have accounts for signing in.
 */
export interface IdentityProvider {
  readonly id: string;
  readonly merchantId: string;
  readonly merchant: string;
  /** The name by which members know it. */
  readonly name: string;
  /** The issuer as in the provider's own configuration. */
  readonly issuer: string;
  /** Null: not set yet, so nobody can sign in with it. */
  readonly clientId: string | null;
  readonly hasSecret: boolean;
  /** Whether the provider's statement that the user did a second step there is accepted. */
  readonly vouches: boolean;
  /** When any of these was last changed. */
  readonly changedAtMs: number;
}

/** What reading and writing providers needs. */
export type ProvidersDeps = Pick<MembersDeps, 'db' | 'clock' | 'randomBytes' | 'keyring'>;

/** Returns a provider; null if there is none with this id. */
export async function findProvider(
  deps: Pick<MembersDeps, 'db'>,
  id: string,
): Promise<IdentityProvider | null> {
  const row = await providerById(deps.db.pipeline, id);
  return row && toProvider(row);
}

/** Returns the hub's client secret for the provider; null if there is none. */
export async function secretOfProvider(deps: MembersDeps, id: string): Promise<string | null> {
  const sealed = (await providerById(deps.db.pipeline, id))?.clientSecret ?? null;
  return sealed && open(deps.keyring, sealed, providerBoundTo(id)).toString('utf8');
}

/** Returns a merchant's providers, the oldest first. */
export async function listProviders(
  { db }: Pick<MembersDeps, 'db'>,
  merchantId: string,
): Promise<readonly (IdentityProvider & { readonly connected: number })[]> {
  const rows = await providersOf(db.pipeline, merchantId);
  const counts = await countIdentities(db.pipeline, merchantId);
  return rows.map((row) => ({ ...toProvider(row), connected: counts.get(row.id) ?? 0 }));
}

/** Returns the providers for members of the merchant with this slug; none for an unknown slug. */
export async function providersForSignIn(
  { db }: Pick<MembersDeps, 'db'>,
  slug: string,
): Promise<readonly IdentityProvider[]> {
  const rows = await providersBySlug(db.pipeline, slug);
  return rows.filter(({ clientId }) => clientId !== null).map(toProvider);
}

/**
 * Returns the providers on the sign-in page for everybody: all, if the hub has one merchant. If it
 * has several, the user first names theirs (`hasAny`).
 */
export async function providersForAll({ db }: Pick<MembersDeps, 'db'>): Promise<{
  readonly providers: readonly IdentityProvider[];
  readonly hasAny: boolean;
}> {
  const { providers, hasAny } = await providersOfOnlyMerchant(db.pipeline);
  return { providers: providers.map(toProvider), hasAny };
}

/**
 * Returns the providers by which an invitation can be accepted: for new users invited by address.
 */
export async function providersOfInvitation(
  { db }: Pick<MembersDeps, 'db'>,
  {
    merchantId,
    email,
    isKnown,
  }: { readonly merchantId: string; readonly email: string | null; readonly isKnown: boolean },
): Promise<readonly IdentityProvider[]> {
  if (email === null || isKnown) return [];
  const rows = await providersOf(db.pipeline, merchantId);
  return rows.filter(({ clientId }) => clientId !== null).map(toProvider);
}

/** A change to a provider; absent members stay unchanged. */
export interface ProviderChange {
  readonly name?: string | undefined;
  readonly clientId?: string | undefined;
  /** Null: a client without a secret. */
  readonly clientSecret?: string | null | undefined;
  readonly vouches?: boolean | undefined;
}

/** Adds a provider; null if the merchant has one with this issuer, or {@link PROVIDERS_MAX}. */
export async function addProvider(
  deps: ProvidersDeps,
  merchantId: string,
  wanted: ProviderChange & { readonly name: string; readonly issuer: string },
): Promise<string | null> {
  const id = newId(deps);
  const nowMs = deps.clock.nowMs();
  const { name, issuer } = wanted;
  const isMade = await withTransaction(deps.db.pipeline, async (tx) => {
    await lockMembers(tx, merchantId);
    const made = { id, merchantId, name, issuer };
    if (!(await insertProvider(tx, made, nowMs, PROVIDERS_MAX))) return false;
    return updateProvider(tx, { id, merchantId, ...sealedChange(deps, id, wanted) }, nowMs);
  });
  return isMade ? id : null;
}

/**
 * Changes the hub's settings as a client of the provider. False: the merchant has no such provider.
 */
export function changeProvider(
  deps: ProvidersDeps,
  merchantId: string,
  id: string,
  wanted: ProviderChange,
): Promise<boolean> {
  const change = { id, merchantId, ...sealedChange(deps, id, wanted) };
  return updateProvider(deps.db.pipeline, change, deps.clock.nowMs());
}

function sealedChange({ keyring }: ProvidersDeps, id: string, wanted: ProviderChange) {
  const { name, clientId, clientSecret: secret, vouches } = wanted;
  const clientSecret =
    typeof secret === 'string'
      ? seal(keyring, Buffer.from(secret, 'utf8'), providerBoundTo(id))
      : secret;
  return { name, clientId, clientSecret, vouches };
}

/**
 * Removes a provider and ends all sessions opened with it. False: the merchant has no such
 * provider.
 */
export function removeProvider(
  { db }: Pick<MembersDeps, 'db'>,
  merchantId: string,
  id: string,
): Promise<boolean> {
  return deleteProvider(db.pipeline, merchantId, id);
}

function toProvider(row: ProviderRow): IdentityProvider {
  const { id, merchantId, merchant, name, issuer, clientId } = row;
  return {
    id,
    merchantId,
    merchant,
    name,
    issuer,
    clientId,
    vouches: row.vouches,
    hasSecret: row.clientSecret !== null,
    changedAtMs: row.changedAtMs,
  };
}
