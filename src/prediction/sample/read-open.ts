import { csvRows, planCsvHeader } from '../../kernel/wire/csv.ts';
import { parseJson } from '../../kernel/wire/json.ts';
import { collectParcels, type OnFault, type ParcelsRead } from './collect-parcels.ts';
import { localDay, type Moment, momentOf, type Parcel, type ParcelPlace } from './parcel.ts';

/** A CSV as `readParcels` reads it, or JSON: one array of objects with the same names. */
export function readParcelsOf(text: string): ReadParcels {
  return /^\s*\[/.test(text) ? readJson(text) : readParcels(text);
}

function readJson(text: string): ReadParcels {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return { ok: false, line: 1, reason: 'is not JSON' };
  }
  if (!Array.isArray(value)) return { ok: false, line: 1, reason: 'is not a JSON array' };
  return {
    ok: true,
    ...collectParcels(
      value.map((item: unknown, index) => ({
        line: index + 1,
        read: (onFault) => parcelOf(cellsOf(item), onFault),
      })),
    ),
  };
}

/** An object's texts and numbers; other members count as empty. */
function cellsOf(item: unknown): CellOf {
  const cells = new Map<string, unknown>(
    typeof item === 'object' && item !== null ? Object.entries(item) : [],
  );
  return (column) => {
    const value = cells.get(column);
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  };
}

/** The columns of a file of parcels. Cells may be empty, and other columns are ignored. */
export const PARCEL_COLUMNS = [
  'shipment_id',
  'carrier',
  'service_level',
  'sender_id',
  'origin_country',
  'origin_region',
  'origin_postal',
  'origin_lat',
  'origin_lng',
  'destination_country',
  'destination_region',
  'destination_postal',
  'destination_lat',
  'destination_lng',
  'weight_g',
  'label_at',
  'handed_over_at',
  'delivered_at',
  'promised_date',
] as const;
type ParcelColumn = (typeof PARCEL_COLUMNS)[number];

type ReadParcels =
  | ({ readonly ok: true } & ParcelsRead)
  | { readonly ok: false; readonly line: number; readonly reason: string };

/** No parcel is under way for a year: the year is mistyped. */
const TRANSIT_DAYS_MAX = 366;
/** No promise is that far ahead, and no acceptance that late: the year is mistyped. */
const PROMISE_DAYS_MAX = 366;
const TEXT_CHARS_MAX = 200;
const DAY_MS = 86_400_000;
const EARLIEST_MS = Date.UTC(1990, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
/** No parcel weighs more than ten tonnes. */
const WEIGHT_G_MAX = 10_000_000;

/**
 * Reads a CSV of parcels. A row with a false transit time (a delivery before its acceptance, an
 * invalid time) is left out; of a row with an invalid cell that only describes the parcel, that
 * cell alone is left out. Pure, in linear time.
 */
export function readParcels(text: string): ReadParcels {
  const csv = csvRows(text, ',');
  if (!csv.ok) return { ok: false, line: csv.line, reason: 'a quote is never closed' };
  const [header, ...rows] = csv.rows;
  if (header === undefined) return { ok: false, line: 1, reason: 'the file is empty' };
  const { line } = header;
  const { missing, duplicates, cell } = planCsvHeader(header.fields, { required: PARCEL_COLUMNS });
  if (missing.length > 0) {
    return { ok: false, line, reason: `columns missing: ${missing.join(', ')}` };
  }
  if (duplicates.length > 0) {
    return { ok: false, line, reason: `columns that appear twice: ${duplicates.join(', ')}` };
  }
  return {
    ok: true,
    ...collectParcels(
      rows.map(({ line, fields }) => ({
        line,
        read: (onFault) => parcelOf((column) => cell(fields, column), onFault),
      })),
    ),
  };
}

/** Returns a parcel's cells by column; also used for parcels that do not come from CSV. */
type CellOf = (column: ParcelColumn) => string;

/** Reads one row; null when it was rejected and passed to `onFault`. */
function parcelOf(cell: CellOf, onFault: OnFault): Parcel | null {
  const refuse = (reason: string): null => {
    onFault('refused', reason);
    return null;
  };
  const handedOver = instantIn(cell('handed_over_at'));
  const delivered = instantIn(cell('delivered_at'));
  if (handedOver === 'none') return refuse('handed_over_at is empty');
  if (handedOver === 'unreadable') return refuse(notATimeText('handed_over_at', cell));
  if (delivered === 'unreadable') return refuse(notATimeText('delivered_at', cell));
  const deliveredAt = delivered === 'none' ? null : delivered;
  if (deliveredAt !== null) {
    const days = (deliveredAt.instantMs - handedOver.instantMs) / DAY_MS;
    if (days < 0) return refuse('delivered_at is before handed_over_at');
    if (days > TRANSIT_DAYS_MAX) return refuse(`delivered_at is ${Math.round(days)} days later`);
  }
  const text = (column: ParcelColumn) => cell(column).slice(0, TEXT_CHARS_MAX);
  const place = (side: 'origin' | 'destination'): ParcelPlace => {
    const lat = numberIn(`${side}_lat`, -90, 90, cell, onFault);
    const lng = numberIn(`${side}_lng`, -180, 180, cell, onFault);
    const country = text(`${side}_country`).toUpperCase();
    return { country, region: text(`${side}_region`), postal: text(`${side}_postal`), lat, lng };
  };
  return {
    id: text('shipment_id'),
    carrier: text('carrier'),
    serviceLevel: text('service_level'),
    sender: text('sender_id'),
    origin: place('origin'),
    destination: place('destination'),
    weightG: numberIn('weight_g', 0, WEIGHT_G_MAX, cell, onFault),
    labelAt: labelIn(cell, handedOver, onFault),
    handedOverAt: handedOver,
    deliveredAt,
    promisedDay: promiseIn(cell, handedOver, onFault),
  };
}

function instantIn(text: string): Moment | 'none' | 'unreadable' {
  if (text === '') return 'none';
  const moment = momentOf(text);
  const isSane = moment !== null && moment.instantMs >= EARLIEST_MS && moment.instantMs < LATEST_MS;
  return isSane ? moment : 'unreadable';
}

function notATimeText(column: ParcelColumn, cell: CellOf): string {
  return `${column} is not a time: ${JSON.stringify(cell(column).slice(0, 40))}`;
}

function labelIn(cell: CellOf, handedOver: Moment, onFault: OnFault): Moment | null {
  const label = instantIn(cell('label_at'));
  if (label === 'none') return null;
  if (label === 'unreadable') {
    onFault('mended', notATimeText('label_at', cell));
    return null;
  }
  if (label.instantMs <= handedOver.instantMs) return label;
  onFault('mended', 'label_at is after handed_over_at: a clock was wrong');
  return null;
}

function promiseIn(cell: CellOf, handedOver: Moment, onFault: OnFault): number | null {
  const promise = instantIn(cell('promised_date'));
  if (promise === 'none') return null;
  if (promise === 'unreadable') {
    onFault('mended', notATimeText('promised_date', cell));
    return null;
  }
  const day = localDay(promise.wallMs);
  const days = Math.abs(day - localDay(handedOver.wallMs));
  if (days <= PROMISE_DAYS_MAX) return day;
  // One of these would outweigh thousands in every mean.
  onFault('mended', `promised_date is ${days} days from handed_over_at`);
  return null;
}

function numberIn(
  column: ParcelColumn,
  from: number,
  to: number,
  cell: CellOf,
  onFault: OnFault,
): number | null {
  const text = cell(column);
  if (text === '') return null;
  const value = Number(text);
  if (value >= from && value <= to) return value;
  onFault(
    'mended',
    `${column} is not a number from ${from} to ${to}: ${JSON.stringify(text.slice(0, 40))}`,
  );
  return null;
}
