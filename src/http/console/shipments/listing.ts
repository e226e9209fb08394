import { Problem } from '../../../kernel/errors.ts';
import { STATUSES, type Status } from '../../../kernel/status.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  ARCHIVED_TAG,
  listShipments,
  type Shipment,
  shipmentJson,
  shipmentsByIds,
} from '../../../tracking/ports/shipments.ts';
import { searchOf } from '../../api/shipments/filter-schema.ts';
import { BY_TIME, readPage } from '../../kit/paged.ts';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';

export const AT = '/console/shipments';

/** The maximum one form can select from. */
export const ROWS_SHOWN = 40;

/** Length limit for the query that leads from a form back to the list. */
export const BACK_CHARS_MAX = 2_000;

const TEXT_CHARS_MAX = 128;

const LIST = { name: 'desk-shipments', position: BY_TIME };

export const ORDERS = ['-updated_at', 'updated_at', '-created_at', 'created_at'] as const;

export const COLUMNS = ['carrier', 'status', 'orders', 'tags', 'expected', 'last', 'made'] as const;

export type Column = (typeof COLUMNS)[number];

const SHOWN_FIRST: readonly Column[] = ['carrier', 'status', 'orders', 'expected', 'last'];

/** Selection of the shipments. */
export interface Wanted {
  readonly q: string;
  /** Any of these; none: every status. */
  readonly statuses: readonly Status[];
  readonly carrier: string;
  readonly tag: string;
  readonly sort: (typeof ORDERS)[number];
  readonly columns: readonly Column[];
  readonly cursor: string | undefined;
}

export type ShownShipment = ReturnType<typeof shipmentJson>;

/** Parses a URL's parameters; invalid ones count as absent. Pure. */
export function wantedOf(query: URLSearchParams): Wanted {
  const text = (name: string) => (query.get(name) ?? '').trim().slice(0, TEXT_CHARS_MAX);
  return {
    q: text('q'),
    carrier: text('carrier'),
    tag: text('tag'),
    statuses: statusesOf(query),
    sort: ORDERS.find((each) => each === query.get('sort')) ?? '-updated_at',
    columns: columnsOf(query),
    cursor: query.get('cursor') ?? undefined,
  };
}

/** `?status=a,b` or `?status=a&status=b`, as in the API. */
function statusesOf(query: URLSearchParams): readonly Status[] {
  const statuses = new Set(query.getAll('status').flatMap((each) => each.split(',')));
  return STATUSES.filter((each) => statuses.has(each));
}

/** The columns a URL requests. Pure. */
export function columnsOf(query: URLSearchParams): readonly Column[] {
  const columns = COLUMNS.filter((each) => query.getAll('col').includes(each));
  return columns.length === 0 ? SHOWN_FIRST : columns;
}

/** The query of a URL for this selection, from its first page on. Pure. */
export function queryOf({ q, statuses, carrier, tag, sort, columns }: Wanted): URLSearchParams {
  const query = new URLSearchParams();
  if (q) query.set('q', q);
  for (const each of statuses) query.append('status', each);
  for (const [name, value] of Object.entries({ carrier, tag })) if (value) query.set(name, value);
  if (sort !== '-updated_at') query.set('sort', sort);
  if (columns.join() !== SHOWN_FIRST.join()) for (const each of columns) query.append('col', each);
  return query;
}

/** A page of them. Users who may not see people find none by mail, phone or name. */
export async function readShipments(
  { parts }: Pick<DeskDeps, 'parts'>,
  { tenant, may }: Pick<DeskCall, 'tenant' | 'may'>,
  wanted: Wanted,
  limit = ROWS_SHOWN,
) {
  const { tracking, adapters } = parts;
  const { q, carrier, tag, sort, cursor } = wanted;
  const statuses = wanted.statuses.length === 0 ? null : wanted.statuses;
  if (/\p{Cc}/u.test(q + carrier + tag)) {
    throw new Problem('bad_request', 'desk.controlCharacterInSearch');
  }
  const people = may('people:see') ? tracking.people : null;
  const filter = {
    trackingNumber: null,
    metadata: null,
    updatedAfterMs: null,
    statuses,
    sort,
    carrier: carrier === '' ? null : carrier,
    attributes: tag === '' ? {} : { tag },
    withoutTag: q === '' && tag === '' ? ARCHIVED_TAG : null,
    search: q === '' ? null : searchOf(adapters, people, tenant, q),
  };
  return readPage(
    LIST,
    tenant,
    { q, status: statuses ?? undefined, carrier, tag, sort, cursor, limit },
    (after, many) =>
      withTenant(tracking.db.app, tenant, (tx) =>
        listShipments(tx, { ...filter, after, limit: many }),
      ),
    {
      position: ({ position }) => position,
      json: ({ shipment }: { readonly shipment: Shipment }) =>
        shipmentJson(shipment, parts.publicUrl()),
    },
  );
}

/** The given shipments that belong to the merchant. */
export async function readThese(
  { parts }: Pick<DeskDeps, 'parts'>,
  { tenant }: Pick<DeskCall, 'tenant'>,
  ids: readonly string[],
): Promise<ShownShipment[]> {
  if (ids.length === 0) return [];
  const found = await withTenant(parts.db.app, tenant, (tx) => shipmentsByIds(tx, ids));
  return found.map((each) => shipmentJson(each, parts.publicUrl()));
}
