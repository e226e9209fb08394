import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import type { UserRow } from './members.sql.ts';
import type { Role } from './roles.ts';

export interface InvitationRow {
  readonly id: string;
  readonly merchantId: string;
  readonly slug: string;
  readonly merchant: string;
  readonly role: Role;
  readonly personal: Buffer | null;
  /** Null: no user invited them. */
  readonly invitedBy: string | null;
  readonly expiresAtMs: number;
}

export interface OpenedInvitationRow extends InvitationRow {
  /** Whether the token that opened it was only ever mailed to the address. */
  readonly isMailed: boolean;
}

const COLUMNS = `i.id, i.merchant_id, c.slug, c.name as merchant, i.role, i.personal, i.invited_by,
  i.expires_at`;

export async function insertInvitation(
  db: Queryable,
  invitation: {
    readonly id: string;
    readonly tokenHash: Uint8Array;
    readonly mailedTokenHash: Uint8Array | null;
    readonly merchantId: string;
    readonly role: Role;
    readonly personal: Uint8Array | null;
    /** Null: no user invited them. */
    readonly invitedBy: string | null;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  const { id, tokenHash, merchantId, role, personal, invitedBy, nowMs, expiresAtMs } = invitation;
  const { mailedTokenHash } = invitation;
  await db.query(
    `insert into member_invitations
       (id, token_hash, merchant_id, role, personal, created_at, expires_at, invited_by,
        mailed_token_hash)
     values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), to_timestamp($7 / 1000.0), $8, $9)`,
    [
      ...[id, tokenHash, merchantId, role, personal, nowMs, expiresAtMs, invitedBy],
      mailedTokenHash,
    ],
  );
}

/** Returns an invitation and locks it, so that two uses of one link happen one after the other. */
export async function invitationByToken(
  tx: Queryable,
  tokenHash: Uint8Array,
  nowMs: number,
): Promise<OpenedInvitationRow | null> {
  return queryRow<OpenedInvitationRow>(
    tx,
    `select ${COLUMNS}, i.token_hash <> $1 as is_mailed
     from member_invitations i join merchants c on c.id = i.merchant_id
     where (i.token_hash = $1 or i.mailed_token_hash = $1) and i.expires_at > to_timestamp($2 / 1000.0) for update of i`,
    [tokenHash, nowMs],
  );
}

/** Returns the open invitations, newest first. */
export async function invitationsOf(
  db: Queryable,
  merchantId: string,
  nowMs: number,
): Promise<InvitationRow[]> {
  return queryRows<InvitationRow>(
    db,
    `select ${COLUMNS} from member_invitations i join merchants c on c.id = i.merchant_id
     where i.merchant_id = $1 and i.personal is not null and i.expires_at > to_timestamp($2 / 1000.0)
     order by i.created_at desc, i.id`,
    [merchantId, nowMs],
  );
}

/** Deletes an invitation; false if the merchant has none with this id. */
export async function deleteInvitation(
  db: Queryable,
  merchantId: string,
  id: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'delete from member_invitations where id = $1 and merchant_id = $2',
    [id, merchantId],
  );
  return rowCount === 1;
}

/** Deletes all invitations made by that user. */
export async function deleteInvitationsBy(
  db: Queryable,
  merchantId: string,
  userId: string,
): Promise<void> {
  await db.query('delete from member_invitations where merchant_id = $1 and invited_by = $2', [
    merchantId,
    userId,
  ]);
}

/** Deletes expired invitations. */
export async function deleteOldInvitations(db: Queryable, nowMs: number): Promise<void> {
  await db.query('delete from member_invitations where expires_at < to_timestamp($1 / 1000.0)', [
    nowMs,
  ]);
}

/** Deletes the invitations for the first owner, because there is one now. */
export async function deleteFirstInvitations(db: Queryable): Promise<void> {
  await db.query('delete from member_invitations where personal is null');
}

/** Adds a link; removes expired ones, and of the same user all but the `linksMax` newest. */
export async function insertSignInLink(
  tx: Queryable,
  link: {
    readonly tokenHash: Uint8Array;
    readonly userId: string;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
  linksMax: number,
): Promise<void> {
  const { tokenHash, userId, nowMs, expiresAtMs } = link;
  await tx.query('delete from member_sign_in_links where expires_at < to_timestamp($1 / 1000.0)', [
    nowMs,
  ]);
  await tx.query(
    `insert into member_sign_in_links (token_hash, user_id, created_at, expires_at)
     values ($1, $2, to_timestamp($3 / 1000.0), to_timestamp($4 / 1000.0))`,
    [tokenHash, userId, nowMs, expiresAtMs],
  );
  await tx.query(
    `delete from member_sign_in_links where user_id = $1 and token_hash not in (
       select token_hash from member_sign_in_links where user_id = $1
       order by created_at desc, token_hash limit $2)`,
    [userId, linksMax],
  );
}

/** Returns the user of a link; null if the link is no longer valid. Does not use it up. */
export async function userBySignInLink(
  db: Queryable,
  tokenHash: Uint8Array,
  nowMs: number,
): Promise<UserRow | null> {
  return queryRow<UserRow>(
    db,
    `select u.id, u.personal, u.password, u.verified_by
     from member_sign_in_links l join users u on u.id = l.user_id
     where l.token_hash = $1 and l.expires_at > to_timestamp($2 / 1000.0)`,
    [tokenHash, nowMs],
  );
}

/** Uses up a link; false if it is no longer valid. Of two concurrent uses one succeeds. */
export async function takeSignInLink(
  db: Queryable,
  tokenHash: Uint8Array,
  nowMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `delete from member_sign_in_links
     where token_hash = $1 and expires_at > to_timestamp($2 / 1000.0)`,
    [tokenHash, nowMs],
  );
  return rowCount === 1;
}

export async function deleteSignInLinksOf(db: Queryable, userId: string): Promise<void> {
  await db.query('delete from member_sign_in_links where user_id = $1', [userId]);
}
