import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { csvRows } from '../../../src/kernel/wire/csv.ts';
import { PARCEL_COLUMNS } from '../../../src/prediction/sample/read-open.ts';

/**
 * Orders of a Brazilian marketplace as parcels (Olist, CC BY-NC-SA 4.0: not for commercial use, so
 * they are no part of the product, and no prior of ours comes from them). They lie beside the
 * repository, or nowhere.
 */
const SHARED = process.env['WAYBILL_SHARED'] ?? join(import.meta.dirname, '../../../../shared');
export const OLIST_FILE = join(SHARED, 'data/olist/edd-train.csv.gz');

export function hasOlist(): boolean {
  return existsSync(OLIST_FILE);
}

export interface OlistSplit {
  readonly train: string;
  readonly test: string;
}

/** `change` may redate a row: times are `2018-03-01 10:20:30`. */
export interface OlistOptions {
  /** Purchases from this day on are for testing. */
  readonly from: string;
  /** Purchases from this day on are left out. */
  readonly to?: string;
  readonly change?: (row: OlistRow) => OlistRow;
}

export interface OlistRow {
  readonly order_id: string;
  readonly purchase_ts: string;
  readonly carrier_handover_ts: string;
  readonly delivered_ts: string;
  readonly promised_date: string;
  readonly seller_id: string;
  readonly seller_zip: string;
  readonly seller_state: string;
  readonly seller_lat: string;
  readonly seller_lng: string;
  readonly customer_zip: string;
  readonly customer_state: string;
  readonly customer_lat: string;
  readonly customer_lng: string;
  readonly weight_g: string;
}

/** Two files as `waybill edd evaluate` reads them, split by when the order was made. */
export function olistSplit({ from, to = '9999', change = (row) => row }: OlistOptions): OlistSplit {
  const rows = olistRows().map(change);
  const of = (wanted: (purchased: string) => boolean) =>
    toCsv(rows.filter(({ purchase_ts }) => wanted(purchase_ts)));
  return {
    train: of((purchased) => purchased < from),
    test: of((purchased) => purchased >= from && purchased < to),
  };
}

/** From the day on, parcels get quicker for so many days, until they take so much of their time. */
export function fallingTo(share: number, from: string, days = 21): (row: OlistRow) => OlistRow {
  const fromMs = Date.parse(`${from}T00:00:00Z`);
  return (row) => {
    const handedOver = Date.parse(`${row.carrier_handover_ts.replace(' ', 'T')}Z`);
    const delivered = Date.parse(`${row.delivered_ts.replace(' ', 'T')}Z`);
    const since = (handedOver - fromMs) / 86_400_000;
    const passed = since <= 0 ? 0 : Math.min(since / days, 1);
    const transitDays = (delivered - handedOver) * (1 - (1 - share) * passed);
    const redated = new Date(handedOver + transitDays).toISOString();
    return { ...row, delivered_ts: redated.slice(0, 19).replace('T', ' ') };
  };
}

function olistRows(): readonly OlistRow[] {
  const csv = csvRows(gunzipSync(readFileSync(OLIST_FILE)).toString('utf8'), ',');
  if (!csv.ok) throw new Error(`${OLIST_FILE}:${csv.line}: a quote is never closed`);
  const [header, ...rows] = csv.rows;
  const names = header?.fields ?? [];
  return rows.map(
    ({ fields }) =>
      Object.fromEntries(names.map((name, index) => [name, fields[index] ?? ''])) as never,
  );
}

function toCsv(rows: readonly OlistRow[]): string {
  return [PARCEL_COLUMNS.join(','), ...rows.map(lineOf), ''].join('\n');
}

function lineOf(row: OlistRow): string {
  const cells: Readonly<Partial<Record<(typeof PARCEL_COLUMNS)[number], string>>> = {
    shipment_id: row.order_id,
    sender_id: row.seller_id,
    origin_country: 'BR',
    origin_region: row.seller_state,
    origin_postal: row.seller_zip.padStart(5, '0'),
    origin_lat: row.seller_lat,
    origin_lng: row.seller_lng,
    destination_country: 'BR',
    destination_region: row.customer_state,
    destination_postal: row.customer_zip.padStart(5, '0'),
    destination_lat: row.customer_lat,
    destination_lng: row.customer_lng,
    weight_g: row.weight_g,
    label_at: row.purchase_ts,
    handed_over_at: row.carrier_handover_ts,
    delivered_at: row.delivered_ts,
    promised_date: row.promised_date,
  };
  return PARCEL_COLUMNS.map((column) => cells[column] ?? '').join(',');
}
