import type { Mode, Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRow } from '../../platform/database/query-rows.ts';
import { HAS_SECOND_STEP, RIGHTS } from './rights.sql.ts';
import type { OperatorPower, Role } from './roles.ts';

/** How a user authenticated. */
export type SignInWay =
  | { readonly kind: 'password' }
  /** By a mailed link; no password has been set in this session since. */
  | { readonly kind: 'link' }
  /**
   * By an account elsewhere; `vouched`: its provider has confirmed a second step, and such
   * statements are accepted.
   */
  | { readonly kind: 'provider'; readonly id: string; readonly vouched: boolean };

interface WayColumns {
  readonly byLink: boolean;
  readonly providerId: string | null;
  readonly vouched: boolean;
}

/** Returns the way of signing in from its columns. Pure. */
export function wayOf({ byLink, providerId: id, vouched }: WayColumns): SignInWay {
  if (id !== null) return { kind: 'provider', id, vouched };
  return { kind: byLink ? 'link' : 'password' };
}

/** The step left for an authenticated user: enter a code, or set up the second factor. */
export type Awaits = 'code' | 'enrolment';

export interface MemberSessionRow extends WayColumns {
  readonly merchantId: string;
  readonly mode: Mode;
  readonly slug: string;
  readonly merchant: string;
  readonly userId: string | null;
  readonly personal: Buffer | null;
  readonly language: string | null;
  readonly role: Role | null;
  readonly power: OperatorPower | null;
  readonly apiKeyId: string | null;
  readonly keyName: string | null;
  readonly scopes: readonly string[] | null;
  readonly isBootstrap: boolean | null;
  readonly createdAtMs: number;
}

/** Adds a session; removes expired ones, and of the same person all but the `sessionsMax` newest. */
export async function insertMemberSession(
  tx: Queryable,
  session: Tenant & {
    readonly tokenHash: Uint8Array;
    readonly userId: string | null;
    readonly apiKeyId: string | null;
    /** The step left before the session gives any access. */
    readonly awaits: Awaits | null;
    readonly way: SignInWay;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
  sessionsMax: number,
): Promise<void> {
  const { userId, apiKeyId, awaits, way, nowMs } = session;
  const provider = way.kind === 'provider' ? way : null;
  await tx.query('delete from member_sessions where expires_at < to_timestamp($1 / 1000.0)', [
    nowMs,
  ]);
  await tx.query(
    `insert into member_sessions
       (token_hash, user_id, api_key_id, merchant_id, mode, created_at, expires_at, awaits,
        by_link, provider_id, vouched)
     values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), to_timestamp($7 / 1000.0), $8,
       $9, $10, $11)`,
    [
      ...[session.tokenHash, userId, apiKeyId, session.merchantId, session.mode, nowMs],
      ...[session.expiresAtMs, awaits, way.kind === 'link'],
      ...[provider?.id ?? null, provider?.vouched ?? false],
    ],
  );
  await tx.query(
    `delete from member_sessions
     where (user_id = $1 or api_key_id = $2) and (awaits is null) = $4 and token_hash not in (
       select token_hash from member_sessions
       where (user_id = $1 or api_key_id = $2) and (awaits is null) = $4
       order by created_at desc, token_hash limit $3)`,
    [userId, apiKeyId, sessionsMax, awaits === null],
  );
}

/**
 * Returns who is signed in, with their rights; null if there is none, they are neither a member nor
 * an operator any more, they lack the second step that the merchant requires of its members, or the
 * key was revoked.
 */
export async function memberSession(
  db: Queryable,
  tokenHash: Uint8Array,
  nowMs: number,
): Promise<MemberSessionRow | null> {
  return queryRow<MemberSessionRow>(db, {
    name: 'member_session',
    text: `select s.merchant_id, s.mode, c.slug, c.name as merchant, s.user_id, u.personal, u.language, m.role,
             o.power, k.id as api_key_id, k.name as key_name, k.scopes, k.bootstrap as is_bootstrap,
             s.created_at,
             s.by_link, s.provider_id, s.vouched
           from member_sessions s join merchants c on c.id = s.merchant_id
           left join users u on u.id = s.user_id
           ${RIGHTS}
           where s.token_hash = $1 and s.expires_at > to_timestamp($2 / 1000.0) and s.awaits is null
             and (k.id is not null
               or (m.role is not null or o.power is not null) and ${HAS_SECOND_STEP})`,
    values: [tokenHash, nowMs],
  });
}

export interface PendingSessionRow extends WayColumns {
  readonly userId: string;
  readonly personal: Buffer;
  readonly password: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly awaits: Awaits;
}

/** Returns an authenticated user who has a step left; null if there is none. */
export async function pendingSession(
  db: Queryable,
  tokenHash: Uint8Array,
  nowMs: number,
): Promise<PendingSessionRow | null> {
  return queryRow<PendingSessionRow>(
    db,
    `select s.user_id, u.personal, u.password, s.merchant_id, s.mode, s.awaits,
       s.by_link, s.provider_id, s.vouched
     from member_sessions s join users u on u.id = s.user_id
     left join memberships m on m.user_id = s.user_id and m.merchant_id = s.merchant_id
     left join operators o on o.user_id = s.user_id and s.provider_id is null
     where s.token_hash = $1 and s.expires_at > to_timestamp($2 / 1000.0) and s.awaits is not null
       and (m.role is not null or o.power is not null)`,
    [tokenHash, nowMs],
  );
}

/**
 * Changes the merchant and mode that a session looks at. False: there is no such merchant, or no
 * such session any more.
 */
export async function setSessionTenant(
  db: Queryable,
  tokenHash: Uint8Array,
  { merchantId, mode }: Tenant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update member_sessions set merchant_id = c.id, mode = $3
     from merchants c where token_hash = $1 and c.id = $2`,
    [tokenHash, merchantId, mode],
  );
  return rowCount === 1;
}

/**
 * Records that a password was set, because a link allows only one change. False: the session has
 * ended, or was not opened by a link.
 */
export async function useUpLink(tx: Queryable, tokenHash: Uint8Array): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update member_sessions set by_link = false
     where token_hash = $1 and by_link and awaits is null`,
    [tokenHash],
  );
  return rowCount === 1;
}

export async function deleteMemberSession(db: Queryable, tokenHash: Uint8Array): Promise<void> {
  await db.query('delete from member_sessions where token_hash = $1', [tokenHash]);
}

/**
 * Deletes all sessions of a user.
 *
 * @param exceptSession the hash of the token of one that stays; null: none does.
 */
export async function deleteSessionsOf(
  db: Queryable,
  userId: string,
  exceptSession: Uint8Array | null = null,
): Promise<void> {
  await db.query(
    'delete from member_sessions where user_id = $1 and token_hash is distinct from $2',
    [userId, exceptSession],
  );
}
