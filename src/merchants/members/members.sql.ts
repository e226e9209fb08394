import type { Mode } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import type { Language } from '../../platform/messages/languages.ts';
import { OPERATORS } from '../tenants.sql.ts';
import type { Role } from './roles.ts';

/** All queries here need the pipeline's role, because users belong to no merchant. */

/** What has proved that a user reads mail at their address. */
export type Proof = 'mail' | 'provider' | 'operator';

export interface UserRow {
  readonly id: string;
  readonly personal: Buffer;
  readonly password: string;
  /** Null: the address is unverified. */
  readonly verifiedBy: Proof | null;
}

export async function userByMail(db: Queryable, mailHash: Uint8Array): Promise<UserRow | null> {
  return queryRow<UserRow>(db, {
    name: 'user_by_mail',
    text: 'select id, personal, password, verified_by from users where mail_hash = $1',
    values: [mailHash],
  });
}

export async function userById(db: Queryable, id: string): Promise<UserRow | null> {
  return queryRow<UserRow>(
    db,
    'select id, personal, password, verified_by from users where id = $1',
    [id],
  );
}

/** Adds a user; false if another user with the address was added first. */
export async function insertUser(
  db: Queryable,
  user: UserRow & { readonly mailHash: Uint8Array; readonly createdAtMs: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into users (id, mail_hash, personal, password, created_at, verified_by, verified_at)
     values ($1, $2, $3, $4, to_timestamp($5 / 1000.0), $6,
       case when $6::text is not null then to_timestamp($5 / 1000.0) end)
     on conflict (mail_hash) do nothing`,
    [user.id, user.mailHash, user.personal, user.password, user.createdAtMs, user.verifiedBy],
  );
  return rowCount === 1;
}

/**
 * Records how an address was verified. False: it was verified before. A provider's statement never
 * replaces stronger proof.
 */
export async function setVerified(
  db: Queryable,
  id: string,
  by: Proof,
  nowMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update users set verified_by = $2, verified_at = to_timestamp($3 / 1000.0)
     where id = $1 and (verified_by is null or verified_by = 'provider' and $2 <> 'provider')`,
    [id, by, nowMs],
  );
  return rowCount === 1;
}

export async function setPersonal(db: Queryable, id: string, personal: Uint8Array): Promise<void> {
  await db.query('update users set personal = $2 where id = $1', [id, personal]);
}

export async function setPassword(db: Queryable, id: string, password: string): Promise<void> {
  await db.query('update users set password = $2 where id = $1', [id, password]);
}

export interface MembershipRow {
  readonly merchantId: string;
  readonly slug: string;
  readonly name: string;
  /** Null: open to them as an operator. */
  readonly role: Role | null;
  readonly mode: Mode;
}

/** Returns one user's memberships by the merchants' names, then what is open to operators. */
export async function membershipsOf(db: Queryable, userId: string): Promise<MembershipRow[]> {
  return queryRows<MembershipRow>(db, {
    name: 'memberships_of',
    text: `select c.id as merchant_id, c.slug, c.name, m.role, coalesce(m.mode, 'live') as mode
           from merchants c
           left join memberships m on m.merchant_id = c.id and m.user_id = $1
           where m.role is not null
             or c.slug <> $2 and c.demo_state is null and exists (select from operators where user_id = $1)
           order by m.role is null, c.name, c.id`,
    values: [userId, OPERATORS.slug],
  });
}

/** How many merchants are listed to an operator, who opens others by their id or slug. */
export const LISTED_MERCHANTS = 50;

/** Returns what is open to an operator: the first merchants, or the one with this id or slug. */
export async function merchantsOfOperators(
  db: Queryable,
  named: string | null = null,
): Promise<MembershipRow[]> {
  return queryRows<MembershipRow>(
    db,
    `select id as merchant_id, slug, name, null as role,
       case when demo_state is null then 'live' else 'test' end as mode
     from merchants where slug <> $1 and demo_state is distinct from 'removing'
       and ($2::text is null or id::text = $2 or slug = $2)
     order by demo_state is not null, name, id limit $3`,
    [OPERATORS.slug, named, LISTED_MERCHANTS],
  );
}

export interface MemberRow {
  readonly userId: string;
  readonly personal: Buffer;
  readonly role: Role;
  readonly createdAtMs: number;
  readonly hasFactor: boolean;
  readonly isVerified: boolean;
}

/** Returns one merchant's members, the oldest first. */
export async function memberRows(db: Queryable, merchantId: string): Promise<MemberRow[]> {
  return queryRows<MemberRow>(
    db,
    `select m.user_id, u.personal, m.role, m.created_at, f.confirmed_at is not null as has_factor,
       u.verified_by is not null as is_verified
     from memberships m join users u on u.id = m.user_id
     left join member_factors f on f.user_id = m.user_id
     where m.merchant_id = $1 order by m.created_at, m.user_id`,
    [merchantId],
  );
}

/** Adds a membership, or changes its role. */
export async function putMembership(
  db: Queryable,
  member: { readonly userId: string; readonly merchantId: string; readonly role: Role },
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into memberships (user_id, merchant_id, role, created_at)
     values ($1, $2, $3, to_timestamp($4 / 1000.0))
     on conflict (user_id, merchant_id) do update set role = excluded.role`,
    [member.userId, member.merchantId, member.role, nowMs],
  );
}

export async function setMembershipMode(
  db: Queryable,
  userId: string,
  merchantId: string,
  mode: Mode,
): Promise<void> {
  await db.query('update memberships set mode = $3 where user_id = $1 and merchant_id = $2', [
    userId,
    merchantId,
    mode,
  ]);
}

/** Blocks other changes to the merchant's members until the transaction ends. */
export async function lockMembers(tx: Queryable, merchantId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('members ' || $1, 0))`, [
    merchantId,
  ]);
}

/** Returns a user's role with a merchant; null if they are not a member. */
export async function roleOf(
  db: Queryable,
  userId: string,
  merchantId: string,
): Promise<Role | null> {
  const rows = await queryRows<{ role: Role }>(
    db,
    'select role from memberships where user_id = $1 and merchant_id = $2',
    [userId, merchantId],
  );
  return rows[0]?.role ?? null;
}

export async function countOwners(db: Queryable, merchantId: string): Promise<number> {
  const rows = await queryRows<{ count: number }>(
    db,
    `select count(*)::int as count from memberships where merchant_id = $1 and role = 'owner'`,
    [merchantId],
  );
  return rows[0]?.count ?? 0;
}

/** Locks a user, so that their new sign-ins wait until the transaction ends. */
export async function lockUser(tx: Queryable, id: string): Promise<void> {
  await tx.query('select from users where id = $1 for update', [id]);
}

/**
 * Returns the hash of a user's password, and locks it until the transaction ends; null if the user
 * no longer exists.
 */
export async function holdPassword(tx: Queryable, id: string): Promise<string | null> {
  const rows = await queryRows<{ password: string }>(
    tx,
    'select password from users where id = $1 for share',
    [id],
  );
  return rows[0]?.password ?? null;
}

/** Whether there is any user who can sign in. */
export async function hasUsers(db: Queryable): Promise<boolean> {
  const rows = await queryRows<{ there: boolean }>(
    db,
    'select exists (select from users) as there',
  );
  return rows[0]?.there ?? false;
}

/** Removes a membership, and with the last one the user, unless they are an operator. */
export async function deleteMembership(
  tx: Queryable,
  userId: string,
  merchantId: string,
): Promise<void> {
  await tx.query('delete from memberships where user_id = $1 and merchant_id = $2', [
    userId,
    merchantId,
  ]);
  await tx.query(
    `delete from users u where id = $1
       and not exists (select from memberships where user_id = u.id)
       and not exists (select from operators where user_id = u.id)`,
    [userId],
  );
}

/** Sets a user's language at the desk, for every browser and every merchant. */
export async function setLanguage(
  db: Queryable,
  userId: string,
  language: Language,
): Promise<void> {
  await db.query('update users set language = $2 where id = $1', [userId, language]);
}
