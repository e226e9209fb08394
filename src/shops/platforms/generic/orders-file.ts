import { csvColumnName, planCsvHeader } from '../../../kernel/wire/csv.ts';
import { looseCode } from '../../../kernel/wire/loose.ts';
import type { OrdersFile, OrdersFileRead, RowFault, ShopSettings } from '../../contract.ts';
import { DEFAULT_MAPPING, type GenericMapping, readMapping } from './mapping.ts';
import { instantOf, ROWS_HEADER } from './parse.ts';

/** Orders of one body, so that it stays far below the size that a shop may send. */
const ORDERS_OF_BODY_MAX = 100;

const OF_ORDER = [
  ...(['number', 'ordered_at', 'cancelled', 'allows_messages', 'name', 'email', 'phone'] as const),
  ...(['locale', 'line1', 'line2', 'city', 'region', 'postal_code', 'country'] as const),
] as const;
const OF_ITEM = ['item_id', 'item_name', 'item_quantity'] as const;
const OF_PARCEL = ['tracking_number', 'carrier', 'shipped_at'] as const;
const MEMBERS = ['id', ...OF_ORDER, ...OF_ITEM, ...OF_PARCEL] as const;

type Member = (typeof MEMBERS)[number];
type Columns = Readonly<Record<Member, string>>;
/** Returns a row's cell; empty: there is none. */
type Cell = (member: Member) => string;

/**
 * Reads orders from rows, one for each parcel or item, by the shop's mapping. The rows of an order
 * may be anywhere; what they say about the order itself is in the first one that says it. Pure and
 * total.
 */
export function readOrdersFile(file: OrdersFile): OrdersFileRead {
  const { header, rows, writtenAtMs, settings } = file;
  const read = readMapping(settings.mapping);
  if ('fault' in read) return unreadable(`The mapping cannot be used: ${read.fault}.`);
  const columns = columnsOf(read.mapping);
  const required = [columns.id, columns.ordered_at];
  const plan = planCsvHeader(header, { required, optional: Object.values(columns) });
  const [missing] = plan.missing;
  if (missing !== undefined) return unreadable(`The first line names no column "${missing}".`);
  const [duplicate] = plan.duplicates;
  if (duplicate !== undefined) return unreadable(`The column "${duplicate}" occurs twice.`);
  const cells = rows.map(
    (fields): Cell =>
      (member) =>
        plan.cell(fields, columns[member]),
  );
  const faults = cells.map((cell, index) => {
    const found = rows[index]?.length ?? 0;
    return found === header.length ? faultOf(cell, columns) : widthFault(found, header.length);
  });
  const byOrder = new Map<string, number[]>();
  for (const [index, cell] of cells.entries()) {
    const id = faults[index] === null ? looseCode.parse(cell('id')) : undefined;
    if (id === undefined) continue;
    const known = byOrder.get(id);
    if (known === undefined) byOrder.set(id, [index]);
    else known.push(index);
  }
  const orders: object[] = [];
  for (const [id, indexes] of byOrder) {
    const ofOrder = indexes.flatMap((index) => cells[index] ?? []);
    if (ofOrder.some((cell) => cell('ordered_at') !== '')) orders.push(orderOf(id, ofOrder));
    else for (const index of indexes) faults[index] = timeFault(columns, 'values.isMissing');
  }
  const bodies: string[] = [];
  for (let from = 0; from < orders.length; from += ORDERS_OF_BODY_MAX) {
    bodies.push(JSON.stringify({ orders: orders.slice(from, from + ORDERS_OF_BODY_MAX) }));
  }
  const headers = { 'webhook-timestamp': String(writtenAtMs / 1_000), [ROWS_HEADER]: 'csv' };
  return { kind: 'orders', faults, ignored: plan.unknown, headers, bodies };
}

function unreadable(reason: string): OrdersFileRead {
  const fix = 'Correct the file, or the mapping of the shop, and drop the file again.';
  return { kind: 'unreadable', reason, fix };
}

/** Returns the columns of a file, the two required ones first; none if the mapping is unusable. */
export function ordersFileColumns({ mapping }: ShopSettings): readonly string[] {
  const read = readMapping(mapping);
  if ('fault' in read) return [];
  const { id, ordered_at: orderedAt, ...others } = columnsOf(read.mapping);
  return [id, orderedAt, ...Object.values(others)];
}

/** Returns the column of each member, as `csvColumnName` writes it. */
function columnsOf(mapping: GenericMapping): Columns {
  const isOfItem = (member: Member) => OF_ITEM.some((each) => each === member);
  const column = (member: Member) =>
    csvColumnName(isOfItem(member) ? `${mapping.items}.${mapping[member]}` : mapping[member]);
  return Object.fromEntries(MEMBERS.map((each) => [each, column(each)])) as Columns;
}

function faultOf(cell: Cell, columns: Columns): RowFault | null {
  if (looseCode.parse(cell('id')) === undefined) {
    return { column: columns.id, reason: 'values.isMissing', fix: 'shops.fillColumn' };
  }
  const time = cell('ordered_at');
  if (time === '' || instantOf(time) !== null) return null;
  return timeFault(columns, 'scans.notDateTime');
}

function timeFault({ ordered_at: column }: Columns, reason: RowFault['reason']): RowFault {
  return { column, reason, fix: 'scans.useIso8601WithOffset' };
}

function widthFault(found: number, wanted: number): RowFault {
  const reason = { 'scans.fieldCountMismatch': { found, wanted } };
  return { column: null, reason, fix: 'scans.quoteSeparatorFields' };
}

/** Returns an order as a shop without a mapping sends it. */
function orderOf(id: string, rows: readonly Cell[]): object {
  const first: Cell = (member) =>
    rows.map((cell) => cell(member)).find((text) => text !== '') ?? '';
  const order = membersOf(first, OF_ORDER);
  return {
    ...order,
    id,
    items: once(rows, OF_ITEM, (cell) => cell('item_id') || cell('item_name')),
    parcels: once(rows, OF_PARCEL, (cell) => cell('tracking_number')),
  };
}

/** Returns the parts of rows, each key's once; rows without a key have none. */
function once(
  rows: readonly Cell[],
  members: readonly Member[],
  keyOf: (cell: Cell) => string,
): readonly object[] {
  const parts = new Map<string, object>();
  for (const cell of rows) {
    const key = keyOf(cell);
    if (key !== '' && !parts.has(key)) parts.set(key, membersOf(cell, members));
  }
  return [...parts.values()];
}

/** Returns the cells that are not empty, where bodies have them. */
function membersOf(cell: Cell, members: readonly Member[]): object {
  const found: Record<string, unknown> = {};
  for (const member of members) {
    const text = cell(member);
    if (text === '') continue;
    const [place = '', inner] = DEFAULT_MAPPING[member].split('.');
    found[place] = inner === undefined ? text : { ...(found[place] ?? {}), [inner]: text };
  }
  return found;
}
