import type { Queryable } from '../../../platform/database/database.ts';
import { queryAny, queryRows } from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';
import type { Claim, ClaimState } from '../cases/case.ts';

/** A claim as stored: the merchant's text is sealed. */
export interface ClaimRow extends Omit<Claim, 'description'> {
  readonly sealedDescription: {
    readonly content: Uint8Array;
    readonly dataKey: Uint8Array;
  } | null;
}

type StoredClaim = Rows['claims'];

/**
 * The columns are listed by name: a prepared `select *` fails in every running process when a
 * migration adds a column.
 */
const COLUMNS = `
  id, case_id, merchant_id, mode, shipment_id, carrier, reason, state, amount_minor,
  granted_minor, currency, description, data_key, reference, created_at, updated_at, submit_by,
  submitted_at, answer_by, settled_at, overdue_at`;

function toClaim({ description, dataKey, ...row }: StoredClaim): ClaimRow {
  return {
    ...row,
    amountMinor: row.amountMinor === null ? null : Number(row.amountMinor),
    grantedMinor: row.grantedMinor === null ? null : Number(row.grantedMinor),
    sealedDescription: description && dataKey && { content: description, dataKey },
  };
}

/** Returns a claim; null when the current role may see no such claim. */
export async function claimById(db: Queryable, id: string): Promise<ClaimRow | null> {
  const rows = await queryRows<StoredClaim>(db, {
    name: 'claim_by_id',
    text: `select ${COLUMNS} from claims where id = $1`,
    values: [id],
  });
  return rows[0] === undefined ? null : toClaim(rows[0]);
}

/** The claims of a shipment's cases, oldest first. */
export async function claimsOfShipment(db: Queryable, shipmentId: string): Promise<ClaimRow[]> {
  const rows = await queryRows<StoredClaim>(db, {
    name: 'claims_of_shipment',
    text: `select ${COLUMNS} from claims where shipment_id = $1 order by created_at, id`,
    values: [shipmentId],
  });
  return rows.map(toClaim);
}

/** Inserts a claim, or stores those of its members that may change. */
export async function saveClaim(db: Queryable, claim: ClaimRow): Promise<void> {
  await db.query({
    name: 'save_claim',
    text: `insert into claims (id, case_id, merchant_id, mode, shipment_id, carrier, reason, state,
             amount_minor, granted_minor, currency, description, data_key, reference, created_at,
             updated_at, submit_by, submitted_at, answer_by, settled_at, overdue_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
             to_timestamp($15 / 1000.0), to_timestamp($16 / 1000.0), to_timestamp($17 / 1000.0),
             to_timestamp($18::float8 / 1000.0), to_timestamp($19::float8 / 1000.0),
             to_timestamp($20::float8 / 1000.0), to_timestamp($21::float8 / 1000.0))
           on conflict (id, shipment_id) do update set
             reason = excluded.reason, state = excluded.state,
             amount_minor = excluded.amount_minor, granted_minor = excluded.granted_minor,
             currency = excluded.currency, description = excluded.description,
             data_key = excluded.data_key, reference = excluded.reference,
             updated_at = excluded.updated_at, submitted_at = excluded.submitted_at,
             answer_by = excluded.answer_by, settled_at = excluded.settled_at,
             overdue_at = excluded.overdue_at`,
    values: [
      claim.id,
      claim.caseId,
      claim.merchantId,
      claim.mode,
      claim.shipmentId,
      claim.carrier,
      claim.reason,
      claim.state,
      claim.amountMinor,
      claim.grantedMinor,
      claim.currency,
      claim.sealedDescription?.content ?? null,
      claim.sealedDescription?.dataKey ?? null,
      claim.reference,
      claim.createdAtMs,
      claim.updatedAtMs,
      claim.submitByMs,
      claim.submittedAtMs,
      claim.answerByMs,
      claim.settledAtMs,
      claim.overdueAtMs,
    ],
  });
}

export async function deleteClaim(db: Queryable, id: string): Promise<void> {
  await db.query({ name: 'delete_claim', text: 'delete from claims where id = $1', values: [id] });
}

/** Returns claims, except `exceptIds`, whose deadline has passed without an announcement. */
export async function overdueClaims(
  db: Queryable,
  nowMs: number,
  limit: number,
  exceptIds: readonly string[],
): Promise<ClaimRow[]> {
  const rows = await queryRows<StoredClaim>(db, {
    name: 'overdue_claims',
    text: `select ${COLUMNS} from claims
           where state in ('draft', 'submitted') and overdue_at is null
             and (case state when 'draft' then submit_by else answer_by end)
               <= to_timestamp($1 / 1000.0)
             and id <> all($3::uuid[])
           order by (case state when 'draft' then submit_by else answer_by end) limit $2`,
    values: [nowMs, limit, exceptIds],
  });
  return rows.map(toClaim);
}

export interface ClaimPage {
  readonly state?: ClaimState;
  readonly caseId?: string;
  readonly carrier?: string;
  /** The last claim of the previous page; null: this is the first page. */
  readonly after: { readonly at: string; readonly id: string } | null;
  readonly limit: number;
}

/** Lists the claims that the current role may see, newest first. */
export async function listClaims(
  db: Queryable,
  { state, caseId, carrier, after, limit }: ClaimPage,
): Promise<{ readonly claim: ClaimRow; readonly at: string }[]> {
  const rows = await queryRows<StoredClaim & { at: string }>(db, {
    name: 'list_claims',
    text: `select ${COLUMNS}, to_char(created_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US+00') as at
           from claims
           where ($1::text is null or state = $1) and ($2::uuid is null or case_id = $2)
             and ($3::text is null or carrier = $3)
             and ($4::timestamptz is null or (created_at, id) < ($4::timestamptz, $5::uuid))
           order by created_at desc, id desc limit $6`,
    values: [
      state ?? null,
      caseId ?? null,
      carrier ?? null,
      after?.at ?? null,
      after?.id ?? null,
      limit,
    ],
  });
  return rows.map(({ at, ...row }) => ({ claim: toClaim(row), at }));
}

export interface EvidenceRow extends Omit<Rows['case_evidence'], 'dataKey'> {
  /** The key of the content; null: it was erased. */
  readonly dataKey: Uint8Array | null;
}

/**
 * The columns are listed by name: a prepared `select *` fails in every running process when a
 * migration adds a column.
 */
const EVIDENCE_COLUMNS = `
  id, case_id, merchant_id, mode, shipment_id, actor, media_type, size_bytes, digest, blob_key,
  data_key, added_at`;

/** The evidence of a case that the current role may see, oldest first, without erased items. */
export async function evidenceOfCase(db: Queryable, caseId: string): Promise<EvidenceRow[]> {
  return queryRows<EvidenceRow>(db, {
    name: 'evidence_of_case',
    text: `select ${EVIDENCE_COLUMNS} from case_evidence where case_id = $1 and data_key is not null
           order by added_at, id`,
    values: [caseId],
  });
}

/** Inserts evidence. Returns false when the case already has the same bytes. */
export function insertEvidence(db: Queryable, evidence: EvidenceRow): Promise<boolean> {
  return queryAny(db, {
    name: 'insert_case_evidence',
    text: `insert into case_evidence (id, case_id, merchant_id, mode, shipment_id, actor,
             media_type, size_bytes, digest, blob_key, data_key, added_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, to_timestamp($12 / 1000.0))
           on conflict do nothing`,
    values: [
      evidence.id,
      evidence.caseId,
      evidence.merchantId,
      evidence.mode,
      evidence.shipmentId,
      evidence.actor,
      evidence.mediaType,
      evidence.sizeBytes,
      evidence.digest,
      evidence.blobKey,
      evidence.dataKey,
      evidence.addedAtMs,
    ],
  });
}

/** Erases evidence by destroying its key: its content becomes unreadable. */
export async function eraseEvidence(db: Queryable, id: string): Promise<void> {
  await db.query({
    name: 'erase_case_evidence',
    text: 'update case_evidence set data_key = null where id = $1',
    values: [id],
  });
}

/** The erased evidence whose bytes are still in the blob store. */
export async function erasedEvidence(
  db: Queryable,
  limit: number,
): Promise<{ readonly id: string; readonly blobKey: string }[]> {
  return queryRows<{ id: string; blobKey: string }>(
    db,
    'select id, blob_key from case_evidence where data_key is null order by added_at limit $1',
    [limit],
  );
}

export async function dropEvidence(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query('delete from case_evidence where id = any($1::uuid[])', [ids]);
}
