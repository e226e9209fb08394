import { gunzipSync, gzipSync } from 'node:zlib';
import type { ParquetColumns, ParquetRow } from '../../platform/archives/parquet.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { Personal } from '../personal.ts';
import type { Shipment } from '../shipment.ts';
import type { ParcelRows, StoredRow } from './archived.sql.ts';

/**
 * The columns of a parcel's row in an archive file. Only what statistics need and what identifies
 * nobody is in clear text: the parcel has a random name of its own, without number, order, person
 * or place. `sealed` contains everything; the key in the database opens it.
 */
export const ARCHIVE_COLUMNS: ParquetColumns = {
  id: 'STRING',
  merchant: 'STRING',
  mode: 'STRING',
  carrier: 'STRING',
  service_level: 'STRING',
  status: 'STRING',
  created_at: 'TIMESTAMP',
  delivered_at: 'TIMESTAMP',
  last_event_at: 'TIMESTAMP',
  events: 'JSON',
  sealed: 'BYTE_ARRAY',
};

/** The content of `sealed`: everything needed to restore the parcel. */
export interface SealedParcel {
  readonly format: 1;
  readonly personal: Personal;
  readonly rows: ParcelRows;
}

/** Seals a parcel; returns its row for the archive file, and the key for the database. */
export function archivedRow(
  id: string,
  shipment: Shipment,
  parcel: SealedParcel,
  sealer: EnvelopeSealer,
): { readonly row: ParquetRow; readonly dataKey: Uint8Array } {
  const { state } = shipment;
  const { sealed, dataKey } = sealer.seal(gzipSync(JSON.stringify(parcel)));
  const at = (ms: number | null) => (ms === null ? null : new Date(ms));
  return {
    dataKey,
    row: {
      id,
      merchant: shipment.merchantId,
      mode: shipment.mode,
      carrier: shipment.carrier,
      service_level: shipment.serviceLevel,
      status: state.status,
      created_at: at(shipment.createdAtMs),
      delivered_at: at(state.deliveredAtMs),
      last_event_at: at(state.lastEventAtMs),
      events: eventsOf(parcel.rows),
      sealed,
    },
  };
}

/**
 * Opens the sealed content of a row. Throws `SealBroken`, and an error when the row has a version
 * that this release does not know.
 */
export function openArchivedRow(
  row: ParquetRow,
  dataKey: Uint8Array,
  sealer: EnvelopeSealer,
): SealedParcel {
  const sealed = row['sealed'];
  if (!(sealed instanceof Uint8Array)) throw new Error('the row of the archive holds no parcel');
  const text = gunzipSync(sealer.open(sealed, dataKey)).toString('utf8');
  const parcel = JSON.parse(text) as SealedParcel;
  if (parcel.format === 1) return parcel;
  throw new Error('the row was archived by a newer version of Waybill');
}

const orderOf = ({ received_at, local }: StoredRow) => `${received_at} ${local}`;

/**
 * Returns the events, with statuses and times but no places, in the order in which they were
 * received.
 */
function eventsOf({ facts = [], observations = [] }: ParcelRows): unknown[] {
  const byIdentity = new Map(facts.map((fact) => [fact['identity'], fact]));
  const first = facts.filter((fact) => typeof fact['inbound_message_id'] === 'string');
  return [...first, ...observations]
    .sort((a, b) => orderOf(a).localeCompare(orderOf(b)))
    .flatMap(({ identity, local, offset_min, received_at }) => {
      const fact = byIdentity.get(identity);
      if (fact === undefined) return [];
      const { code, status, reason, milestone } = fact;
      return [{ code, status, reason, milestone, local, offset_min, received_at }];
    });
}
