import type { Mode } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows } from '../../../platform/database/query-rows.ts';

export interface IdentityRow {
  readonly userId: string;
  /** The hash of the member's password. */
  readonly password: string;
  readonly merchantId: string;
  readonly mode: Mode;
}

/**
 * Returns the member connected to a provider's account, with their password hash and merchant, and
 * the mode they used last; null if there is none.
 */
export async function memberByIdentity(
  db: Queryable,
  providerId: string,
  subjectHash: Uint8Array,
): Promise<IdentityRow | null> {
  return queryRow<IdentityRow>(
    db,
    `select i.user_id, u.password, i.merchant_id, m.mode from member_identities i
     join users u on u.id = i.user_id
     join memberships m on m.user_id = i.user_id and m.merchant_id = i.merchant_id
     where i.provider_id = $1 and i.subject_hash = $2`,
    [providerId, subjectHash],
  );
}

/**
 * Whether a member is connected with a provider; locks the connection until the transaction ends.
 */
export async function holdIdentity(
  tx: Queryable,
  providerId: string,
  userId: string,
): Promise<boolean> {
  // The same lock order as removing a provider.
  await tx.query('select from identity_providers where id = $1 for key share', [providerId]);
  const { rowCount } = await tx.query(
    'select from member_identities where provider_id = $1 and user_id = $2 for share',
    [providerId, userId],
  );
  return rowCount === 1;
}

/**
 * Connects a member, replacing another account of the provider. False: the account is another
 * member's.
 */
export async function putIdentity(
  tx: Queryable,
  identity: {
    readonly providerId: string;
    readonly subjectHash: Uint8Array;
    readonly userId: string;
    readonly merchantId: string;
  },
  nowMs: number,
): Promise<boolean> {
  const { providerId, subjectHash, userId, merchantId } = identity;
  await tx.query(
    `delete from member_identities
     where provider_id = $1 and user_id = $2 and subject_hash <> $3`,
    [providerId, userId, subjectHash],
  );
  const { rowCount } = await tx.query(
    `insert into member_identities (provider_id, subject_hash, user_id, merchant_id, created_at)
     values ($1, $2, $3, $4, to_timestamp($5 / 1000.0))
     on conflict (provider_id, subject_hash) do update set user_id = excluded.user_id
       where member_identities.user_id = excluded.user_id`,
    [providerId, subjectHash, userId, merchantId, nowMs],
  );
  return rowCount === 1;
}

export interface ConnectionRow {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly connectedAtMs: number | null;
}

/** Returns a merchant's usable providers, and since when a member is connected with each. */
export async function connectionsOf(
  db: Queryable,
  merchantId: string,
  userId: string,
): Promise<ConnectionRow[]> {
  return queryRows<ConnectionRow>(
    db,
    `select p.id, p.name, p.issuer, i.created_at as connected_at from identity_providers p
     left join member_identities i on i.provider_id = p.id and i.user_id = $2
     where p.merchant_id = $1 and p.client_id is not null order by p.created_at, p.id`,
    [merchantId, userId],
  );
}

/** Deletes a connection, and the sessions and programs' access opened with it. False: there was no such connection. */
export async function deleteIdentity(
  tx: Queryable,
  merchantId: string,
  providerId: string,
  userId: string,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'delete from member_identities where provider_id = $1 and user_id = $2 and merchant_id = $3',
    [providerId, userId, merchantId],
  );
  for (const table of ['member_sessions', 'oauth_grants']) {
    const text = `delete from ${table} where provider_id = $1 and user_id = $2`;
    await tx.query(text, [providerId, userId]);
  }
  return rowCount === 1;
}

/** Deletes all connections of a member, with every merchant. */
export async function deleteIdentitiesOf(tx: Queryable, userId: string): Promise<void> {
  await tx.query('delete from member_identities where user_id = $1', [userId]);
}

/** Returns the number of connections of each provider. */
export async function countIdentities(
  db: Queryable,
  merchantId: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await queryRows<{ providerId: string; count: number }>(
    db,
    `select provider_id, count(*)::int as count from member_identities
     where merchant_id = $1 group by provider_id`,
    [merchantId],
  );
  return new Map(rows.map(({ providerId, count }) => [providerId, count]));
}

/** Records that a flow was used; false if it was used before. Removes expired records. */
export async function insertReturned(
  db: Queryable,
  stateHash: Uint8Array,
  nowMs: number,
  expiresAtMs: number,
): Promise<boolean> {
  await db.query('delete from returned_sign_ins where expires_at < to_timestamp($1 / 1000.0)', [
    nowMs,
  ]);
  const { rowCount } = await db.query(
    `insert into returned_sign_ins (state_hash, expires_at)
     values ($1, to_timestamp($2 / 1000.0)) on conflict do nothing`,
    [stateHash, expiresAtMs],
  );
  return rowCount === 1;
}
