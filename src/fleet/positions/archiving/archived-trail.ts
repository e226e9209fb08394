import type { ParquetColumns, ParquetRow } from '../../../platform/archives/parquet.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import { type TrailPoint, unpackTrail } from '../trails/compact-trail.ts';
import type { OldTrail } from './archived-trails.sql.ts';

/**
 * A trail's row in an archive file: where a courier was on a day, or part of a day. Columns for
 * statistics are in the clear; identity, time and place are in `sealed`, which the key in the
 * database opens.
 */
export const TRAIL_COLUMNS: ParquetColumns = {
  id: 'STRING',
  merchant: 'STRING',
  mode: 'STRING',
  day: 'STRING',
  kind: 'STRING',
  reported: 'INT32',
  points: 'INT32',
  sealed: 'BYTE_ARRAY',
};

const FORMAT = 1;
const HEADER_BYTES = 1;

/** The points as stored in the database, after a byte for their format. */
export function archivedTrailRow(
  id: string,
  trail: OldTrail,
  sealer: EnvelopeSealer,
): { readonly row: ParquetRow; readonly dataKey: Uint8Array } {
  const { sealed, dataKey } = sealer.seal(Buffer.concat([Buffer.from([FORMAT]), trail.trail]));
  const { merchantId: merchant, mode, day, kind, reported, points } = trail;
  return { row: { id, merchant, mode, day, kind, reported, points, sealed }, dataKey };
}

/** Throws `SealBroken`, and if the version of the row is unknown. */
export function openArchivedTrail(
  row: ParquetRow,
  dataKey: Uint8Array,
  sealer: EnvelopeSealer,
): TrailPoint[] {
  const sealed = row['sealed'];
  if (!(sealed instanceof Uint8Array)) throw new Error('the row of the archive holds no trail');
  const opened = sealer.open(sealed, dataKey);
  if (opened[0] !== FORMAT) throw new Error('the row was archived by a newer version of Waybill');
  return unpackTrail(opened.subarray(HEADER_BYTES));
}
