import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow } from '../../../platform/database/query-rows.ts';
import type { UserRow } from '../members.sql.ts';

/** Adds a link; removes expired ones, and of the same user all but the `keptMax` newest. */
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
