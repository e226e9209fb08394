import { uuidV7 } from '../../kernel/ids.ts';
import { archiveNames } from '../../platform/archives/archive-name.sql.ts';
import { writeParquet } from '../../platform/archives/parquet.ts';
import { withTransaction } from '../../platform/database/database.ts';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import { openPersonal } from '../personal.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByIds } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import {
  archivedSequences,
  insertArchived,
  type NewArchived,
  rowsOfParcels,
} from './archived.sql.ts';
import { ARCHIVE_COLUMNS, archivedRow } from './archived-parcel.ts';

export type ArchiveDeps = Pick<TrackingDeps, 'db' | 'sealer' | 'clock' | 'randomBytes'> & {
  readonly store: Pick<ObjectStore, 'put' | 'read' | 'remove' | 'list'>;
};

/** The folder of the archive that contains the parcel files. */
export const PARCELS_FOLDER = 'parcels/';

/**
 * Writes these parcels into one file of the archive and records that they are there. Once it
 * resolves, they are stored twice and may be deleted; after a crash before that, the next run
 * repeats the work. A parcel whose current state is already archived is skipped. Returns how many
 * were written.
 * @param onUnreadable called with each parcel that cannot be read; the others are written. If
 * absent, the first such parcel makes this reject.
 */
export async function archiveParcels(
  deps: ArchiveDeps,
  shipmentIds: readonly string[],
  onUnreadable?: (shipmentId: string, error: unknown) => void,
): Promise<number> {
  const { db, sealer, clock, randomBytes, store } = deps;
  const archivedUpTo = await archivedSequences(db.pipeline, shipmentIds);
  const shipments = (await shipmentsByIds(db.pipeline, shipmentIds)).filter(
    ({ id, sequence }) => (archivedUpTo.get(id) ?? -1) < sequence,
  );
  if (shipments.length === 0) return 0;
  const rows = await rowsOfParcels(
    db.pipeline,
    shipments.map(({ id }) => id),
  );
  const nowMs = clock.nowMs();
  const { own } = await archiveNames(db.pipeline);
  const key = fileKey(own, nowMs, randomBytes);
  const sealedRow = (shipment: Shipment) => {
    const id = uuidV7(nowMs, randomBytes(10));
    const personal = openPersonal(shipment.sealedPersonal, sealer);
    const parcel = { format: 1 as const, personal, rows: rows.get(shipment.id) ?? {} };
    const { row, dataKey } = archivedRow(id, shipment, parcel, sealer);
    const { merchantId, mode, carrier, trackingNumber, sequence } = shipment;
    const entry: NewArchived = {
      id,
      shipmentId: shipment.id,
      merchantId,
      mode,
      carrier,
      trackingNumber,
      sequence,
      file: key,
      dataKey,
    };
    return { row, entry };
  };
  const parcels = shipments.flatMap((shipment) => {
    try {
      return [sealedRow(shipment)];
    } catch (error) {
      if (onUnreadable === undefined) throw error;
      onUnreadable(shipment.id, error);
      return [];
    }
  });
  if (parcels.length === 0) return 0;
  const bytes = await writeParquet(
    ARCHIVE_COLUMNS,
    parcels.map(({ row }) => row),
  );
  await store.put(key, bytes, { mediaType: 'application/vnd.apache.parquet' });
  await withTransaction(db.pipeline, (tx) =>
    insertArchived(
      tx,
      { key, atMs: nowMs, sizeBytes: bytes.length },
      parcels.map(({ entry }) => entry),
    ),
  );
  return parcels.length;
}

/**
 * Returns the name of a new file, `parcels/2026-11-22/….parquet`. It also identifies the hub that
 * writes it (`archiveNames`), so hubs that share a folder never use each other's files.
 */
export function fileKey(
  name: string,
  atMs: number,
  randomBytes: (length: number) => Uint8Array,
): string {
  const day = new Date(atMs).toISOString().slice(0, 10);
  return `${PARCELS_FOLDER}${day}/${name}-${uuidV7(atMs, randomBytes(10))}.parquet`;
}
