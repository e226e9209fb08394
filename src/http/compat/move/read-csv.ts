import type { Registry } from '../../../adapters/index.ts';
import { decodeText, openCsv, unguarded } from '../../../intake/index.ts';
import { READ_STATUSES } from '../../../kernel/status.ts';
import { placeTimeFromIso } from '../../../kernel/time/zoned-time.ts';
import type { ImportRow } from '../../../tracking/ports/imports.ts';
import { planColumns } from '../../api/shipment-imports/columns.ts';
import { shipmentRowReader } from '../../api/shipment-imports/read-row.ts';
import { type EventColumn, MOVE_COLUMNS } from './csv-columns.ts';
import {
  dayOf,
  ID_CHARS_MAX,
  type MovedEvent,
  type MovePage,
  placeOf,
  type ReadParcel,
} from './moved-parcel.ts';

/** Parcels of one page, as with the services: each page is stored in one transaction. */
const PAGE_SIZE = 100;

/**
 * Reads a CSV file of parcels with their history: the columns of an import, and in each row one
 * event. Rows of the same parcel follow each other. Throws `Problem` or `FileUnreadable` for a file
 * that is none.
 *
 * @param nowMs when a parcel without `created_at` and events was registered.
 */
export async function* readMoveCsv(
  registry: Registry,
  bytes: AsyncIterable<Uint8Array>,
  nowMs: number,
): AsyncGenerator<MovePage> {
  const csv = await openCsv(decodeText(bytes, null, { lenient: true }), null);
  let read: ((rows: readonly ImportRow[]) => ReadParcel) | null = null;
  let nameOf = (_: ImportRow) => '';
  let rows: ImportRow[] = [];
  let parcels: ReadParcel[] = [];
  for await (const batch of csv.rows) {
    for (const row of batch) {
      if (read === null) {
        const cell = cellReader(row);
        read = parcelReader(registry, row, cell, nowMs);
        nameOf = (each) =>
          ['id', 'carrier', 'tracking_number'].map((name) => cell(each, name)).join();
        continue;
      }
      const [first] = rows;
      if (first !== undefined && nameOf(first) !== nameOf(row)) {
        parcels.push(read(rows));
        rows = [];
      }
      if (parcels.length === PAGE_SIZE) {
        yield { parcels, next: String(row.line) };
        parcels = [];
      }
      rows.push(row);
    }
  }
  if (read !== null && rows.length > 0) parcels.push(read(rows));
  yield { parcels, next: null };
}

type Cell = (row: ImportRow, name: string) => string;

function cellReader({ fields }: ImportRow): Cell {
  const at = new Map(fields.map((title, index) => [title.trim().toLowerCase(), index]));
  return (row, name) => unguarded(row.fields[at.get(name) ?? -1]?.trim() ?? '');
}

function parcelReader(registry: Registry, header: ImportRow, cell: Cell, nowMs: number) {
  const { columns } = planColumns(header, {});
  const readRow = shipmentRowReader(registry);
  return (rows: readonly ImportRow[]): ReadParcel => {
    const [first] = rows;
    if (first === undefined) throw new Error('a parcel has no row');
    const [own, created, expected] = MOVE_COLUMNS.map((name) => cell(first, name));
    const row = readRow(columns, first.fields);
    const number = cell(first, 'tracking_number');
    const refused = (line: number, reason: string) => ({
      refused: { id: own || number, reason: `line ${line}: ${reason}` },
    });
    if (!('shipments' in row)) return refused(first.line, row.reason);
    const [wanted, ...others] = row.shipments;
    if (wanted === undefined || others.length > 0) {
      return refused(
        first.line,
        'tracking_number: Holds several numbers. Write one parcel per row.',
      );
    }
    if (own && own.length > ID_CHARS_MAX) {
      return refused(first.line, `id: Too long. Write at most ${ID_CHARS_MAX} characters.`);
    }
    const events: MovedEvent[] = [];
    for (const each of rows) {
      const event = eventOf((name) => cell(each, name));
      if (typeof event === 'string') return refused(each.line, event);
      if (event !== null) events.push(event);
    }
    const createdAtMs = created ? Date.parse(created) : nowMs;
    if (Number.isNaN(createdAtMs)) {
      return refused(first.line, 'created_at: Not a time. Write it as 2026-03-10T12:00:00Z.');
    }
    return {
      parcel: {
        externalIds: [own || `${wanted.carrier}:${wanted.trackingNumber}`],
        ...{ createdAtMs, wanted, events },
        expectedOn: dayOf(expected),
      },
      warning: row.warning,
    };
  };
}

/** Reads a row's event; null if it has none, and a text about what is wrong with it. */
function eventOf(cell: (name: EventColumn) => string): MovedEvent | string | null {
  const [at, written] = [cell('event_at'), cell('event_status')];
  if (at === '' && written === '') return null;
  const status = READ_STATUSES.find((each) => each === written);
  if (status === undefined) {
    return `event_status: No status. Write one of ${READ_STATUSES.join(', ')}.`;
  }
  const time = placeTimeFromIso(at);
  if (time === null) return 'event_at: Not a time. Write it as 2026-03-10T12:00:00+01:00.';
  const [reason, milestone] = [cell('event_reason'), cell('event_milestone')];
  return {
    situation: { status, reason: reason || null, milestone: milestone || null },
    words: [status, reason, milestone].filter(Boolean).join('.'),
    code: cell('event_code') || null,
    time,
    place: placeOf(
      cell('event_city'),
      cell('event_region'),
      cell('event_postal_code'),
      cell('event_country'),
    ),
  };
}
