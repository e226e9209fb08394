import { createHash } from 'node:crypto';
import { isUuid, uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type Blobs, readRegistered, takeBack } from '../../../platform/blobs.ts';
import { type Queryable, withTenant } from '../../../platform/database/database.ts';
import { changeCase, findCase } from '../cases/change-case.ts';
import type { ExceptionsDeps } from '../deps.ts';
import {
  dropEvidence,
  type EvidenceRow,
  erasedEvidence,
  eraseEvidence,
  evidenceOfCase,
  insertEvidence,
} from './claims.sql.ts';

/** A photo or document as it appears in a list. */
export type Evidence = Pick<EvidenceRow, 'id' | 'mediaType' | 'sizeBytes' | 'actor' | 'addedAtMs'>;

export const EVIDENCE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'] as const;
type EvidenceType = (typeof EVIDENCE_TYPES)[number];

/** The maximum size of a file: that of an unscaled photo from a phone. */
export const EVIDENCE_BYTES_MAX = 8 * 1_048_576;
/** The maximum number of files of a case: more than any carrier examines. */
export const EVIDENCE_MAX = 20;

export type EvidenceOutcome =
  | { readonly kind: 'done'; readonly evidence: Evidence; readonly isNew: boolean }
  | { readonly kind: 'not_found' }
  /** The file's bytes are of no accepted type, whatever its name. */
  | { readonly kind: 'unknown_type' }
  | { readonly kind: 'too_many' };

/**
 * The type of a file by its first bytes; null: not accepted. The name and type sent with a file may
 * be anything.
 */
function evidenceTypeOf(bytes: Uint8Array): EvidenceType | null {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp';
  return head.startsWith('%PDF-') ? 'application/pdf' : null;
}

/** The type of a photo by its bytes; null for anything else, including documents. */
export function photoTypeOf(bytes: Uint8Array): EvidenceType | null {
  const type = evidenceTypeOf(bytes);
  return type === 'application/pdf' ? null : type;
}

export interface EvidenceBy {
  readonly actor: EvidenceRow['actor'];
  /**
   * The event for consumers of the log; absent: none is published, because the person working on
   * the case knows.
   */
  readonly announce?: 'updated' | null;
  /** The maximum number of files that this actor may add to the case; absent: as many as fit. */
  readonly filesMax?: number;
}

/** Seals a photo or document and adds it to a case. Its type is determined from its bytes. */
export async function addEvidence(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: EvidenceBy,
  bytes: Uint8Array,
): Promise<EvidenceOutcome> {
  const { tracking, blobs } = deps;
  const mediaType = evidenceTypeOf(bytes);
  if (mediaType === null) return { kind: 'unknown_type' };
  const exceptionCase = await findCase(deps, tenant, caseId);
  if (exceptionCase === null) return { kind: 'not_found' };
  const { sealed, dataKey } = tracking.sealer.seal(bytes);
  // The bytes are stored first: a row without them would point to nothing.
  const blobKey = await blobs.put(sealed);
  const digest = createHash('sha256').update(bytes).digest();
  let outcome: EvidenceOutcome = { kind: 'not_found' };
  await changeCase<{ readonly kind: 'as_it_was' }>(deps, tenant, caseId, async (now) => {
    const { tx, nowMs } = now;
    const known = await evidenceOfCase(tx, now.exceptionCase.id);
    const same = known.find((each) => digest.equals(each.digest));
    if (same !== undefined) {
      outcome = { kind: 'done', evidence: same, isNew: false };
      return { kind: 'as_it_was' };
    }
    const own = known.filter(({ actor }) => actor === by.actor).length;
    if (known.length >= EVIDENCE_MAX || own >= (by.filesMax ?? EVIDENCE_MAX)) {
      outcome = { kind: 'too_many' };
      return { kind: 'as_it_was' };
    }
    const evidence: EvidenceRow = {
      id: uuidV7(nowMs, tracking.randomBytes(10)),
      caseId: now.exceptionCase.id,
      merchantId: exceptionCase.merchantId,
      mode: exceptionCase.mode,
      shipmentId: exceptionCase.shipmentId,
      actor: by.actor,
      mediaType,
      sizeBytes: bytes.length,
      digest,
      blobKey,
      dataKey,
      addedAtMs: nowMs,
    };
    await insertEvidence(tx, evidence);
    outcome = { kind: 'done', evidence, isNew: true };
    const data = { evidence_id: evidence.id, media_type: mediaType, size_bytes: bytes.length };
    const history = [{ type: 'evidence_added' as const, actor: by.actor, data }];
    return { exceptionCase: now.exceptionCase, history, tell: by.announce ?? null };
  }).catch(async (error: unknown) => {
    await takeBack(blobs, [blobKey], error);
    throw error;
  });
  if (!isNew(outcome)) await blobs.remove(blobKey);
  return outcome;
}

function isNew(outcome: EvidenceOutcome): boolean {
  return outcome.kind === 'done' && outcome.isNew;
}

/** Lists the evidence of a case, oldest first, without erased items. */
export async function listEvidence(
  { tracking }: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
): Promise<readonly Evidence[]> {
  return withTenant(tracking.db.app, tenant, (tx) => evidenceOfCase(tx, caseId));
}

/** Returns the file; null when the case has no such evidence, or it is erased. */
export async function readEvidence(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  evidenceId: string,
): Promise<{ readonly evidence: Evidence; readonly bytes: Uint8Array } | null> {
  const row = await findEvidence(deps, tenant, caseId, evidenceId);
  if (row === null || row.dataKey === null) return null;
  const sealed = await readRegistered(deps.blobs, row.blobKey);
  return { evidence: row, bytes: deps.tracking.sealer.open(sealed, row.dataKey) };
}

/** Erases evidence, so that its content becomes unreadable. Returns false when there is none. */
export async function removeEvidence(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  evidenceId: string,
  by: Pick<EvidenceBy, 'actor'>,
): Promise<boolean> {
  const row = await findEvidence(deps, tenant, caseId, evidenceId);
  if (row === null) return false;
  await changeCase(deps, tenant, caseId, async ({ tx, exceptionCase }) => {
    await eraseEvidence(tx, row.id);
    const data = { evidence_id: row.id };
    return {
      exceptionCase,
      history: [{ type: 'evidence_removed', actor: by.actor, data }],
      tell: null,
    };
  });
  return true;
}

async function findEvidence(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  evidenceId: string,
): Promise<EvidenceRow | null> {
  if (!isUuid(evidenceId)) return null;
  const exceptionCase = await findCase(deps, tenant, caseId);
  if (exceptionCase === null) return null;
  const rows = await withTenant(deps.tracking.db.app, tenant, (tx) =>
    evidenceOfCase(tx, exceptionCase.id),
  );
  return rows.find(({ id }) => id === evidenceId.toLowerCase()) ?? null;
}

/** Removes the unreadable bytes of at most `limit` erased items from the blob store. */
export async function sweepErasedEvidence(
  db: Queryable,
  blobs: Blobs,
  limit: number,
): Promise<number> {
  const rows = await erasedEvidence(db, limit);
  for (const { blobKey } of rows) await blobs.remove(blobKey);
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await dropEvidence(db, ids);
  return ids.length;
}
