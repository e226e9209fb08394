import { setImmediate as letOthers } from 'node:timers/promises';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant, withTransaction } from '../../platform/database/database.ts';
import type { TrackingDeps } from '../tracking.ts';
import type { ImportRow, ShipmentImport } from './import.ts';
import { announceImport, findImport, insertImport } from './imports.sql.ts';

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
  },
): Promise<string | null> {
  const nowMs = clock.nowMs();
  const id = uuidV7(nowMs, randomBytes(10));
  const parts: ReturnType<typeof sealer.seal>[] = [];
  for (const part of file.parts) {
    parts.push(sealer.seal(part));
    await letOthers();
  }
  const stored = { ...file, id, tenant, nowMs };
  const begun = await withTransaction(db.pipeline, (tx) =>
    insertImport(tx, stored, parts, OPEN_IMPORTS_MAX),
  );
  if (!begun) return null;
  await announceImport(db.pipeline, id);
  return id;
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
