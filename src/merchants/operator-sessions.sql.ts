import type { Queryable } from '../platform/database/database.ts';
import { queryRow } from '../platform/database/query-rows.ts';
import { type ApiKey, KEY_COLUMNS } from './tenants.sql.ts';

export interface NewSession {
  readonly id: string;
  readonly tokenHash: Uint8Array;
  readonly apiKeyId: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Adds a session; removes expired ones, and of the same key all but the `keptMax` newest. */
export async function insertSession(
  tx: Queryable,
  session: NewSession,
  sessionsMax: number,
): Promise<void> {
  await tx.query('delete from operator_sessions where expires_at < to_timestamp($1 / 1000.0)', [
    session.createdAtMs,
  ]);
  await tx.query(
    `insert into operator_sessions (id, token_hash, api_key_id, created_at, expires_at)
     values ($1, $2, $3, to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0))`,
    [session.id, session.tokenHash, session.apiKeyId, session.createdAtMs, session.expiresAtMs],
  );
  await tx.query(
    `delete from operator_sessions where api_key_id = $1 and id not in (
       select id from operator_sessions where api_key_id = $1
       order by created_at desc, id desc limit $2)`,
    [session.apiKeyId, sessionsMax],
  );
}

/** Returns the key that opened a session; null if it expired, was ended, or the key was revoked. */
export async function keyOfSession(
  db: Queryable,
  tokenHash: Uint8Array,
  nowMs: number,
): Promise<ApiKey | null> {
  return queryRow<ApiKey>(db, {
    name: 'key_of_session',
    text: `select ${KEY_COLUMNS} from api_keys
           where revoked_at is null and id = (
             select api_key_id from operator_sessions
             where token_hash = $1 and expires_at > to_timestamp($2 / 1000.0))`,
    values: [tokenHash, nowMs],
  });
}

export async function deleteSession(db: Queryable, tokenHash: Uint8Array): Promise<void> {
  await db.query('delete from operator_sessions where token_hash = $1', [tokenHash]);
}
