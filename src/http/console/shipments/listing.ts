import { DateTime } from 'luxon';
import { z } from 'zod';
import { withWindow } from '../../../events/estimate.ts';
import type { CustodyRecords } from '../../../kernel/custody.ts';
import { Problem } from '../../../kernel/errors.ts';
import { mayArrive, STATUSES, type Status } from '../../../kernel/status.ts';
import { zoneNamed } from '../../../kernel/time/formatters.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { clusterWorkersOf } from '../../../platform/distribution/cluster-workers.sql.ts';
import {
  ARCHIVED_TAG,
  countShipments,
  daysLate,
  type LastEvent,
  lastEvents,
  listShipments,
  openPersonal,
  SHIPMENT_ORDERS,
  type Shipment,
  type ShipmentCount,
  type ShipmentSelection,
  shipmentJson,
  shipmentsByIds,
} from '../../../tracking/ports/shipments.ts';
import { searchOf } from '../../api/shipments/filter-schema.ts';
import { BY_TIME, readPage } from '../../kit/paged.ts';
import { timeZoneFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { ALL_PARCELS, COUNTED_MAX, parcelsNeedingAttention, TABS, type Tab } from './tabs.ts';

export const AT = '/console/shipments';

/** The maximum one page shows, and one form can select from. */
export const ROWS_SHOWN = 40;

/** Length limit for the query that leads from a form back to the list. */
export const BACK_CHARS_MAX = 2_000;

const TEXT_CHARS_MAX = 128;

const BY_DAY = BY_TIME.extend({ at: z.iso.date() });
const LIST = { name: 'desk-shipments', position: z.union([BY_TIME, BY_DAY]) };

const ORDERS = [...SHIPMENT_ORDERS, 'due_on', '-due_on'] as const;

/** The columns by which the list can be sorted, each with an index of its order. */
export const ORDER_OF = {
  expected: 'due_on',
  made: 'created_at',
  changed: 'updated_at',
} as const satisfies Partial<Record<Column, (typeof ORDERS)[number]>>;

export const COLUMNS = [
  ...(['orders', 'recipient', 'to', 'carrier', 'status', 'expected', 'last'] as const),
  ...(['tags', 'made', 'changed'] as const),
] as const;

export type Column = (typeof COLUMNS)[number];

const SHOWN_FIRST: readonly Column[] = [...COLUMNS.slice(0, 7), 'made'];

/** The newest parcels first: an order in which rows keep their places, and that a column shows. */
export const FIRST_ORDER = '-created_at';

/** Selection of the shipments. */
export interface Wanted {
  readonly tab: Tab;
  readonly q: string;
  /** Any of these; none: every status of the tab. */
  readonly statuses: readonly Status[];
  /** Any of these; none: every carrier. */
  readonly carriers: readonly string[];
  readonly tag: string;
  /** ISO 3166-1 country of the destination; empty: any. */
  readonly country: string;
  /** First day of the registration, `YYYY-MM-DD` in the reader's time zone; empty: any. */
  readonly addedSince: string;
  /** First day of the delivery, likewise. */
  readonly deliveredSince: string;
  readonly sort: (typeof ORDERS)[number];
  readonly columns: readonly Column[];
  readonly cursor: string | undefined;
}

/** A parcel as a row of the list shows it. */
export interface ShownShipment extends ReturnType<typeof shipmentJson> {
  /** Null: unknown, or hidden from the reader. */
  readonly recipient: string | null;
  /** City and region for readers who may see people. */
  readonly place: string | null;
  readonly country: string | null;
  readonly last: LastEvent | null;
  readonly daysLate: number | null;
  /** Of an unfinished delivery by own couriers; null: it is none. */
  readonly hasCourier: boolean | null;
  /** The promised day, as `YYYY-MM-DD`; null: none was promised. */
  readonly promised: string | null;
}

/** Parses a URL's parameters; invalid ones count as absent. Pure. */
export function wantedOf(query: URLSearchParams): Wanted {
  const text = (name: string) => (query.get(name) ?? '').trim().slice(0, TEXT_CHARS_MAX);
  const country = text('to').toUpperCase();
  // Links and views of before the tab was there have a filter.
  const tab = text('late') === 'yes' ? 'late' : text('tab');
  return {
    tab: Object.hasOwn(TABS, tab) ? (tab as Tab) : 'all',
    q: text('q'),
    carriers: severalOf(query, 'carrier'),
    tag: text('tag'),
    country: /^[A-Z]{2}$/.test(country) ? country : '',
    addedSince: dayOf(text('added_since')),
    deliveredSince: dayOf(text('delivered_since')),
    statuses: STATUSES.filter((each) => severalOf(query, 'status').includes(each)),
    sort: ORDERS.find((each) => each === query.get('sort')) ?? FIRST_ORDER,
    columns: columnsOf(query),
    cursor: query.get('cursor') ?? undefined,
  };
}

/** A day `YYYY-MM-DD`; empty for anything else. */
function dayOf(text: string): string {
  return z.iso.date().safeParse(text).data ?? '';
}

/** `?status=a,b` or `?status=a&status=b`, as in the API. */
function severalOf(query: URLSearchParams, name: string): readonly string[] {
  const all = query.getAll(name).flatMap((each) => each.slice(0, 1_000).split(','));
  return [...new Set(all.map((each) => each.trim()).filter((each) => each !== ''))];
}

/** The columns a URL requests. Pure. */
export function columnsOf(query: URLSearchParams): readonly Column[] {
  const columns = COLUMNS.filter((each) => query.getAll('col').includes(each));
  return columns.length === 0 ? SHOWN_FIRST : columns;
}

/** The filters with one value, each with its parameter. */
const ONE_VALUE = [
  ['tag', 'tag'],
  ['country', 'to'],
  ['addedSince', 'added_since'],
  ['deliveredSince', 'delivered_since'],
] as const satisfies readonly (readonly [keyof Wanted, string])[];

/** The selection without its search and filters. Pure. */
export function withoutFilters(wanted: Wanted): Wanted {
  const none = { q: '', statuses: [], carriers: [], tag: '', country: '' };
  return { ...wanted, ...none, addedSince: '', deliveredSince: '' };
}

/** The query of a URL for this selection, from its first page on. Pure. */
export function queryOf(wanted: Wanted): URLSearchParams {
  const { tab, q, statuses, carriers, sort, columns } = wanted;
  const query = new URLSearchParams();
  if (tab !== 'all') query.set('tab', tab);
  if (q) query.set('q', q);
  for (const each of statuses) query.append('status', each);
  for (const each of carriers) query.append('carrier', each);
  for (const [member, name] of ONE_VALUE) if (wanted[member]) query.set(name, wanted[member]);
  if (sort !== FIRST_ORDER) query.set('sort', sort);
  if (!isStandard(columns)) for (const each of columns) query.append('col', each);
  return query;
}

/** Whether these are the columns of a list for which nobody has chosen any. Pure. */
export function isStandard(columns: Wanted['columns']): boolean {
  return columns.join() === SHOWN_FIRST.join();
}

/** Whether a search or filter narrows the list; the tab does not count. Pure. */
export function isFiltered(wanted: Wanted): boolean {
  const { q, statuses, carriers } = wanted;
  return (
    [q, ...statuses, ...carriers].some(Boolean) || ONE_VALUE.some(([member]) => wanted[member])
  );
}

type Reader = Pick<DeskCall, 'tenant' | 'may' | 'request'>;
type Parts = Pick<DeskDeps, 'parts'>;
type Tx = Parameters<typeof shipmentsByIds>[0];

/**
 * The database selection for a list. Its search ignores mail, phone and name for users who may not
 * see people. Throws a 400 for control characters.
 */
export async function selectionOf(
  { parts }: Parts,
  { tenant, may, request }: Reader,
  wanted: Wanted,
  tx: Tx,
): Promise<ShipmentSelection> {
  const { tracking, adapters, clock } = parts;
  const { tab, q, carriers, tag, country, addedSince, deliveredSince } = wanted;
  if (/\p{Cc}/u.test([q, tag, ...carriers].join(''))) {
    throw new Problem('bad_request', 'desk.controlCharacterInSearch');
  }
  const people = may('people:see') ? tracking.people : null;
  const startOf = (day: string) =>
    day === '' ? null : DateTime.fromISO(day, { zone: zoneNamed(timeZoneFor(request)) }).toMillis();
  const isArchived = tag === ARCHIVED_TAG ? true : q !== '' || tag !== '' ? null : false;
  return {
    ...ALL_PARCELS,
    isArchived,
    statuses: statusesOf(wanted),
    carriers: carriers.length === 0 ? null : carriers,
    attributes: tag === '' || isArchived ? {} : { tag },
    country: country === '' ? null : country,
    createdSinceMs: startOf(addedSince),
    deliveredSinceMs: startOf(deliveredSince),
    lateAtMs: tab === 'late' ? clock.nowMs() : null,
    among: tab === 'attention' ? await parcelsNeedingAttention(tx) : null,
    search: q === '' ? null : searchOf(adapters, people, tenant, q),
  };
}

/**
 * The statuses to find: those chosen, as far as the tab has them; without a choice, the tab's.
 * Null: any. Pure.
 */
function statusesOf({ tab, statuses }: Wanted): readonly Status[] | null {
  const ofTab: readonly Status[] | null = TABS[tab];
  if (statuses.length === 0) return ofTab;
  return ofTab === null ? statuses : statuses.filter((each) => ofTab.includes(each));
}

/** How many shipments are wanted, up to `COUNTED_MAX`. */
export function countWanted(deps: Parts, reader: Reader, wanted: Wanted): Promise<ShipmentCount> {
  return withTenant(deps.parts.db.app, reader.tenant, async (tx) =>
    countShipments(tx, await selectionOf(deps, reader, wanted, tx), COUNTED_MAX),
  );
}

/** A page of the wanted shipments, as the list shows them. */
export function readShipments(deps: Parts, reader: Reader, wanted: Wanted, limit = ROWS_SHOWN) {
  return readPageOf(deps, reader, wanted, limit, (tx, shipments) =>
    showShipments(deps, reader, tx, shipments),
  );
}

/** A page of the wanted shipments, each converted by `show`. */
export async function readPageOf<Row>(
  deps: Parts,
  reader: Reader,
  wanted: Wanted,
  limit: number,
  show: (tx: Tx, shipments: readonly Shipment[]) => readonly Row[] | Promise<readonly Row[]>,
) {
  const { tenant } = reader;
  const { columns: _, cursor, ...filter } = wanted;
  return readPage(
    LIST,
    tenant,
    { ...filter, cursor, limit },
    (after, count) =>
      withTenant(deps.parts.db.app, tenant, async (tx) => {
        const selection = await selectionOf(deps, reader, wanted, tx);
        const { sort } = wanted;
        const listing = { ...selection, sort, after, limit: count };
        const { rows, readTo } = await listShipments(tx, listing);
        const shown = await show(
          tx,
          rows.map(({ shipment }) => shipment),
        );
        return {
          readTo,
          rows: rows.flatMap(({ position }, at) => {
            const row = shown[at];
            return row === undefined ? [] : [{ position, row }];
          }),
        };
      }),
    { position: ({ position }) => position, json: ({ row }) => row },
  );
}

/** Shipments as the list shows them; people only to readers who may see them. */
export async function showShipments(
  { parts }: Parts,
  { may }: Pick<Reader, 'may'>,
  tx: Tx,
  shipments: readonly Shipment[],
): Promise<readonly ShownShipment[]> {
  const workers = clusterWorkersOf(parts.tracking.db.pipeline);
  const present = await workers.present(shipments.map(({ id }) => id));
  const events = await lastEvents(tx, present).catch(async (error: unknown) => {
    // The next page shows the parcels of a dead worker without their last events.
    await workers.blames(error);
    throw error;
  });
  const deliveries = await openDeliveriesOf({ parts }, shipments);
  const nowMs = parts.clock.nowMs();
  return shipments.map((each) => {
    const shown = shipmentJson(each, parts.publicUrl());
    const delivery = deliveries.get(each.id);
    const { recipient, destination } = may('people:see')
      ? openPersonal(each.sealedPersonal, parts.tracking.sealer)
      : { recipient: null, destination: null };
    return {
      ...shown,
      estimated_delivery: withWindow(
        shown.estimated_delivery,
        delivery?.arrival ?? null,
        each.destinationZone,
      ),
      recipient: textOf(recipient, 'name') ?? textOf(destination, 'name'),
      place: textOf(destination, 'city'),
      country: each.destinationCountry,
      last: events.get(each.id) ?? null,
      hasCourier: delivery?.hasCourier ?? null,
      promised: each.promisedDate,
      daysLate: daysLate(each, dayIn(each.destinationZone ?? 'UTC', nowMs)),
    };
  });
}

/** The unfinished deliveries by own couriers among parcels, by id. */
export async function openDeliveriesOf(
  { parts: { adapters, custody } }: Parts,
  shipments: readonly Shipment[],
): ReturnType<CustodyRecords['openDeliveries']> {
  const awaited = shipments.filter(
    ({ carrier, state: { status, subStatus } }) =>
      adapters.get(carrier)?.manifest.role === 'own' && mayArrive(status, subStatus),
  );
  if (custody === undefined || awaited.length === 0) return new Map();
  return custody.openDeliveries(awaited.map(({ id }) => id));
}

function textOf(of: Readonly<Record<string, unknown>> | null, name: string): string | null {
  const value = of?.[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The given shipments that belong to the merchant. */
export async function loadShipments(
  deps: Parts,
  reader: Reader,
  ids: readonly string[],
): Promise<readonly ShownShipment[]> {
  if (ids.length === 0) return [];
  return withTenant(deps.parts.db.app, reader.tenant, async (tx) =>
    showShipments(deps, reader, tx, await shipmentsByIds(tx, ids)),
  );
}
