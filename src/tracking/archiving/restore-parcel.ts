import { readArchived, readParquet } from '../../platform/archives/parquet.ts';
import { withShard } from '../../platform/event-log/event-log.ts';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import { sealPersonal } from '../personal.ts';
import { record } from '../record/record.ts';
import type { Shipment } from '../shipment.ts';
import { endInstance, setPersonal, shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import {
  type Archived,
  archivedByNumber,
  dropLeft,
  holdArchived,
  insertRows,
  numberHash,
  type StoredRow,
} from './archived.sql.ts';
import { openArchivedRow, type SealedParcel } from './archived-parcel.ts';

type Readable = Pick<ObjectStore, 'read'>;

/** An archived parcel, opened. */
export interface FoundParcel {
  readonly archived: Archived;
  readonly parcel: SealedParcel;
}

/**
 * Finds the archived parcels with these numbers, for all merchants, in the latest archived version
 * of each shipment. Rejects when a file cannot be read.
 */
export async function findArchived(
  { db, sealer }: Pick<TrackingDeps, 'db' | 'sealer'>,
  store: Readable,
  numbers: readonly { readonly carrier: string; readonly trackingNumber: string }[],
): Promise<FoundParcel[]> {
  const hashes = numbers.map(({ carrier, trackingNumber }) => numberHash(carrier, trackingNumber));
  const newest = new Map<string, Archived>();
  for (const each of await archivedByNumber(db.pipeline, hashes)) newest.set(each.shipmentId, each);
  const found: FoundParcel[] = [];
  for (const archived of newest.values()) {
    const bytes = await readArchived(store, archived.file);
    if (bytes === null) throw new Error(`archive file ${archived.file} is missing`);
    const row = (await readParquet(bytes)).find(({ id }) => id === archived.id);
    if (row === undefined) throw new Error(`${archived.file} does not hold the parcel`);
    found.push({ archived, parcel: openArchivedRow(row, archived.dataKey, sealer) });
  }
  return found;
}

/**
 * Restores a parcel under its id, for its merchant and on its tracking page. Nobody is notified. It
 * stays in the archive, and is deleted again after its retention period. Returns `exists` if it
 * exists already, and `erased` if it was erased after it was found: then it stays deleted.
 */
export async function restoreParcel(
  deps: TrackingDeps,
  { archived, parcel }: FoundParcel,
): Promise<'restored' | 'exists' | 'erased'> {
  const [stored] = parcel.rows['shipments'] ?? [];
  if (stored === undefined) throw new Error('the archive holds no row of the shipment');
  const { carrier, number, shard } = identityOf(stored);
  return withShard(deps.db.pipeline, shard, async (tx) => {
    const wanted = { carrier, trackingNumber: number };
    const before = await shipmentsByNumber(tx, [wanted]);
    if (before.some(({ id }) => id === archived.shipmentId)) return 'exists';
    if (!(await holdArchived(tx, archived.id))) return 'erased';
    await dropLeft(tx, archived.shipmentId);
    // Its deletion was an event too, so sequences continue after that one.
    const row = { ...stored, sequence: archived.sequence + 1, deleted_at: null };
    await insertRows(tx, { ...parcel.rows, shipments: [row] });
    await setPersonal(tx, archived.shipmentId, sealPersonal(parcel.personal, archived, deps));
    const later = before.filter((each) => isLaterUse(each, archived, stored));
    const [next] = later.sort((a, b) => a.factsFromMs - b.factsFromMs);
    if (next !== undefined) await endInstance(tx, archived.shipmentId, next.factsFromMs);
    await record(tx, deps.context(), [
      {
        ...wanted,
        kind: 'restored',
        shipments: await shipmentsByNumber(tx, [wanted]),
        shipmentId: archived.shipmentId,
      },
    ]);
    return 'restored';
  });
}

function identityOf(stored: StoredRow) {
  const { carrier, tracking_number: number, shard } = stored;
  if (typeof carrier !== 'string' || typeof number !== 'string' || typeof shard !== 'number') {
    throw new Error('the row of the shipment in the archive is damaged');
  }
  return { carrier, number, shard };
}

/** Whether `other` is a later shipment of the same merchant with the same number. */
function isLaterUse(other: Shipment, { merchantId, mode }: Archived, stored: StoredRow): boolean {
  if (other.merchantId !== merchantId || other.mode !== mode) return false;
  return other.factsFromMs > Date.parse(String(stored['facts_from']));
}
