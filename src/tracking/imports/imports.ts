import { setImmediate as letOthers } from 'node:timers/promises';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant, withTransaction } from '../../platform/database/database.ts';
import type { TrackingDeps } from '../tracking.ts';
import { beginDraft, findDraft, rehearseDraft, setDraftColumns } from './drafts.sql.ts';
import type { ImportDraft, ImportRow, ShipmentImport } from './import.ts';
import {
  announceImport,
  findImport,
  insertImport,
  lockOpenImports,
  type NewImport,
} from './imports.sql.ts';

/** Rows registered in one transaction, which takes a few hundred milliseconds. */
export const IMPORT_PART_ROWS = 500;
/** Limit of a merchant's files that wait at once. */
export const OPEN_IMPORTS_MAX = 5;
/** Limit of errors that are shown: a person corrects a file a few screens at a time. */
const ERRORS_SHOWN = 1_000;

type ImportDeps = Pick<TrackingDeps, 'db' | 'sealer' | 'clock' | 'randomBytes'>;

/**
 * Accepts a file to be registered in the background. The file is durable when this resolves.
 *
 * @returns its id; null if too many of the tenant's files are already waiting.
 */
export async function beginImport(
  { db, sealer, clock, randomBytes }: ImportDeps,
  tenant: Tenant,
  file: {
    readonly columns: readonly string[];
    readonly ignoredColumns: readonly string[];
    readonly rows: number;
    /** All rows in order, each part made by `importPart`. */
    readonly parts: readonly Uint8Array[];
    readonly dryRun: boolean;
    /** The header and first rows: then it waits until `startDraft`. Absent: it begins at once. */
    readonly sample?: Uint8Array;
  },
): Promise<string | null> {
  const nowMs = clock.nowMs();
  const id = uuidV7(nowMs, randomBytes(10));
  const parts: ReturnType<typeof sealer.seal>[] = [];
  const isDraft = file.sample !== undefined;
  for (const part of isDraft ? [file.sample, ...file.parts] : file.parts) {
    parts.push(sealer.seal(part));
    await letOthers();
  }
  const stored = { ...file, id, tenant, nowMs, isDraft };
  const begun = await withTransaction(db.pipeline, async (tx) => {
    const hasRoom = isDraft || (await lockOpenImports(tx, tenant)) < OPEN_IMPORTS_MAX;
    if (hasRoom) await insertImport(tx, stored, parts);
    return hasRoom;
  });
  if (!begun) return null;
  if (!isDraft) await announceImport(db.pipeline, id);
  return id;
}

/** Returns a tenant's file whose columns are not matched yet; null if there is none. */
export function showDraft(
  { db, sealer }: ImportDeps,
  tenant: Tenant,
  id: string,
): Promise<ImportDraft | null> {
  return withTenant(db.app, tenant, (tx) => findDraft(tx, sealer, id));
}

type StartOutcome =
  | { readonly kind: 'started'; readonly id: string }
  /** The draft was already started, or does not exist. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'too_many' };

/** Begins a draft with these columns. A dry run leaves the draft to be imported afterwards. */
export async function startDraft(
  { db, clock, randomBytes }: ImportDeps,
  tenant: Tenant,
  draft: Pick<NewImport, 'id' | 'columns' | 'ignoredColumns' | 'dryRun'>,
): Promise<StartOutcome> {
  const nowMs = clock.nowMs();
  const id = draft.dryRun ? uuidV7(nowMs, randomBytes(10)) : draft.id;
  const outcome = await withTransaction(db.pipeline, async (tx): Promise<StartOutcome> => {
    if ((await lockOpenImports(tx, tenant)) >= OPEN_IMPORTS_MAX) return { kind: 'too_many' };
    if (!(await setDraftColumns(tx, tenant, draft))) return { kind: 'begun' };
    if (draft.dryRun) await rehearseDraft(tx, draft.id, { id, nowMs });
    else await beginDraft(tx, id, nowMs);
    return { kind: 'started', id };
  });
  if (outcome.kind === 'started') await announceImport(db.pipeline, id);
  return outcome;
}

/** Returns rows in their stored form, at most `IMPORT_PART_ROWS` of them. Pure. */
export function importPart(rows: readonly ImportRow[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(rows));
}

/** Returns a tenant's import; null if there is none, or its report was removed. */
export function showImport(
  { db }: ImportDeps,
  tenant: Tenant,
  id: string,
): Promise<ShipmentImport | null> {
  return withTenant(db.app, tenant, (tx) => findImport(tx, id, ERRORS_SHOWN));
}
