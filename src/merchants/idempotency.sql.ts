import type { Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database/database.ts';
import { queryCount, queryRow } from '../platform/database/query-rows.ts';

/** How long answers are stored: clients retry for hours, not for days. */
export const IDEMPOTENCY_RETENTION_MS = 24 * 3_600_000;

/** The record stored under a merchant's Idempotency-Key. */
export interface IdempotencyRow {
  readonly requestHash: Buffer;
  /** Null while the first request is still being processed. */
  readonly status: number | null;
  /** Sealed, because answers contain new secrets and recipients. */
  readonly response: { readonly content: string; readonly data_key: string } | null;
}

/**
 * Claims the key for a request. Returns null if it is ours now: there was no row, an expired one,
 * or one of this same request, which died half way. Otherwise returns the conflicting row.
 */
export async function claimIdempotencyKey(
  db: Queryable,
  tenant: Tenant,
  claim: {
    readonly key: string;
    readonly hash: Uint8Array;
    readonly nowMs: number;
    /** Rows older than this have expired. */
    readonly expiredBeforeMs: number;
    /** Unanswered rows older than this belong to a request that died. */
    readonly deadBeforeMs: number;
  },
): Promise<IdempotencyRow | null> {
  const { rowCount } = await db.query({
    name: 'claim_idempotency_key',
    text: `
      insert into idempotency_keys as k (merchant_id, mode, key, request_hash, created_at)
      select $1, $2, $3, $4, to_timestamp($5 / 1000.0)
      where not exists (select from idempotency_keys e
                        where e.merchant_id = $1 and e.mode = $2 and e.key = ${erasedKey('$3')}
                          and e.created_at >= to_timestamp($6 / 1000.0))
      on conflict (merchant_id, mode, key) do update
        set request_hash = excluded.request_hash, status = null, response = null,
            created_at = excluded.created_at
        where k.created_at < to_timestamp($6 / 1000.0)
           or (k.status is null and k.request_hash = excluded.request_hash
               and k.created_at < to_timestamp($7 / 1000.0))`,
    values: [
      tenant.merchantId,
      tenant.mode,
      claim.key,
      claim.hash,
      claim.nowMs,
      claim.expiredBeforeMs,
      claim.deadBeforeMs,
    ],
  });
  if ((rowCount ?? 0) > 0) return null;
  return idempotencyRow(db, claim.key);
}

/**
 * The SQL that replaces a key when its answer is erased, because clients derive keys from order
 * ids. Real keys contain no blank.
 */
function erasedKey(key: string): string {
  return `'erased ' || encode(sha256(convert_to(${key}::text, 'UTF8')), 'hex')`;
}

/** Returns the tenant's row under that key, as the current role sees it. */
export async function idempotencyRow(db: Queryable, key: string): Promise<IdempotencyRow | null> {
  return queryRow<IdempotencyRow>(db, {
    name: 'idempotency_row',
    text: `select request_hash, status, response from idempotency_keys
           where key in ($1, ${erasedKey('$1')}) order by key = $1 desc limit 1`,
    values: [key],
  });
}

/** Stored in place of an answer whose subject was erased, so that the request is not repeated. */
export const ERASED_STATUS = 410;

/**
 * Stores the answer to a request.
 *
 * @param subjectIds the ids of all subjects of the answer.
 */
export async function settleIdempotencyKey(
  db: Queryable,
  key: string,
  status: number,
  response: NonNullable<IdempotencyRow['response']>,
  subjectIds: readonly string[],
): Promise<void> {
  await db.query({
    name: 'settle_idempotency_key',
    text: `update idempotency_keys set status = $2, response = $3, subject_ids = $4 where key = $1`,
    values: [key, status, JSON.stringify(response), subjectIds.length === 0 ? null : subjectIds],
  });
}

/**
 * Destroys stored answers about a subject, including their data keys. Needs the pipeline's role.
 */
export async function eraseAnswersAbout(tx: Queryable, subjectId: string): Promise<void> {
  await tx.query({
    name: 'erase_answers_about',
    text: `update idempotency_keys set status = $2, response = null, subject_ids = null,
             key = ${erasedKey('key')}
           where subject_ids @> array[$1::uuid]`,
    values: [subjectId, ERASED_STATUS],
  });
}

/** Releases the key after a refusal: nothing was changed, so the same key may be used again. */
export async function releaseIdempotencyKey(db: Queryable, key: string): Promise<void> {
  await db.query({
    name: 'release_idempotency_key',
    text: 'delete from idempotency_keys where key = $1 and status is null',
    values: [key],
  });
}

/** Removes at most `limit` expired keys of any tenant. Needs the pipeline's role. */
export function dropExpiredIdempotencyKeys(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(
    db,
    `delete from idempotency_keys where ctid in (
       select ctid from idempotency_keys where created_at < to_timestamp($1 / 1000.0) limit $2)`,
    [beforeMs, limit],
  );
}
