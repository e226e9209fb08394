import { ATTRIBUTES } from '../../events/shipment-attributes.ts';
import { mayArrive, REASONS_AGAINST_ARRIVAL, STATUSES, type Status } from '../../kernel/status.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import { type DerivedIds, derivedIdLeads } from '../external-ids/external-ids.sql.ts';
import type { Shipment } from '../shipment.ts';
import { COLUMNS, type ShipmentRow, toShipment } from '../shipments.sql.ts';
import {
  type AttributeValues,
  allOf,
  halvesOf,
  narrowedTo,
  partOf,
  type SearchTerm,
  shipmentsByTerm,
} from './narrow.sql.ts';
import type { ShipmentSearch } from './search-text.ts';
import { LOOKBACK_MS } from './settled.sql.ts';

/**
 * The orders of a list. Each is an index of the tenant's shipments, read from one end or the other.
 */
export const SHIPMENT_ORDERS = ['updated_at', '-updated_at', 'created_at', '-created_at'] as const;
type ShipmentOrder = (typeof SHIPMENT_ORDERS)[number];

export interface ShipmentListing {
  /** Any of these statuses, each once; null means any status. */
  readonly statuses: readonly Status[] | null;
  /** Any of these carriers; null means any carrier. */
  readonly carriers: readonly string[] | null;
  readonly trackingNumber: string | null;
  /** The values of attributes, by the parameter that filters by them. */
  readonly attributes: AttributeValues;
  /** Only shipments with the tag `archived`, or only those without it; absent means all. */
  readonly isArchived?: boolean | null;
  /** The country of the destination, as in ISO 3166-1. */
  readonly country?: string | null;
  /** Only shipments that are late at this time, by the day at their destination. */
  readonly lateAtMs?: number | null;
  /** Only these shipments. */
  readonly among?: readonly string[] | null;
  /** Only shipments to which the id derived from them leads. */
  readonly derivedIds?: DerivedIds | null;
  /** Any of these: a filter in a URL cannot distinguish the text `5` from the number. */
  readonly metadata: readonly Readonly<Record<string, string | number | boolean>>[] | null;
  /** As requested by a reader: the list begins `LOOKBACK_MS` earlier (see settled.sql.ts). */
  readonly updatedAfterMs: number | null;
  /** Only shipments that changed at this time or before. */
  readonly updatedUntilMs?: number | null;
  /** Only shipments registered at this time or later. */
  readonly createdSinceMs?: number | null;
  /** Only delivered shipments, delivered at this time or later. */
  readonly deliveredSinceMs?: number | null;
  readonly search: ShipmentSearch | null;
  /** By `due_on`, only shipments with an expected day are listed. */
  readonly sort: ShipmentOrder | 'due_on' | '-due_on';
  /** The sort time and the id of the last row already read; the page begins after it. */
  readonly after: ShipmentPosition | null;
  readonly limit: number;
}

/** The shipments of a list, in any order. */
export type ShipmentSelection = Omit<ShipmentListing, 'sort' | 'after' | 'limit'>;

/**
 * The position of a row in the order. The time has full precision, as PostgreSQL writes it, because
 * several rows may be in one millisecond.
 */
export interface ShipmentPosition {
  readonly at: string;
  readonly id: string;
  /** The `updatedUntilMs` of the first page, which applies to all pages after it. */
  readonly until?: number | undefined;
}

interface ListedShipments {
  /** The shipments in the requested order, at most as many as requested. */
  readonly rows: readonly { readonly shipment: Shipment; readonly position: ShipmentPosition }[];
  /**
   * Where the search stopped with fewer rows than requested, because it reached its reading limit;
   * the next page begins after this. Null if it did not stop early.
   */
  readonly readTo: ShipmentPosition | null;
}

/** Limits on reading for one page. */
export interface ListingReach {
  /**
   * Up to this many matches are looked up by their ids; with more, some are among the next in order
   * anyway.
   */
  readonly foundMax: number;
  /**
   * Shipments that are checked one by one, in order, for a filter without an index. All matches may
   * be at the far end, a million further on; this many take a tenth of a second.
   */
  readonly readAtOnce: number;
  /** The limit of a search, in which the terms of each shipment are looked up. */
  readonly searchedAtOnce: number;
}

export const REACH: ListingReach = { foundMax: 20_000, readAtOnce: 20_000, searchedAtOnce: 5_000 };

interface Condition {
  /**
   * The letter that identifies the condition; PostgreSQL allows 63 bytes for all of them in a name.
   */
  readonly name: string;
  /** @param places `$2` and so on, one for each value */
  readonly text: (places: readonly string[]) => string;
  readonly values: readonly unknown[];
}

/**
 * Returns a page of the tenant's shipments.
 */
export async function listShipments(
  db: Queryable,
  listing: ShipmentListing,
  reach: ListingReach = REACH,
): Promise<ListedShipments> {
  const { sort, limit } = listing;
  const [at, direction] = sort.startsWith('-') ? [sort.slice(1), 'desc'] : [sort, 'asc'];
  const order = `order by s.${at} ${direction}, s.id ${direction}`;
  const plan = await planOf(db, listing, reach, { at, direction, order });
  if (plan === null) return { rows: [], readTo: null };
  const { source, scanned, filtered, isLookedUp, isBounded, readAtOnce } = plan;
  const rows = await queryRows<ListedRow>(db, {
    name: `list_shipments_${at}_${direction}_${plan.name}${isBounded ? `_${readAtOnce}` : ''}`,
    text: isBounded
      ? boundedText({ at, direction, source, scanned, filtered, order, readAtOnce })
      : `select ${COLUMNS}, s.${at}::text as position_at, null as read_to_at, null as read_to_id
         from ${isLookedUp ? chosen(`${scanned} ${filtered} ${order}`) : source}
         where s.deleted_at is null ${isLookedUp ? '' : `${scanned} ${filtered}`}
         ${order} limit $1`,
    values: [limit, ...plan.values],
  });
  const [first] = rows;
  const { updatedUntilMs } = listing;
  const until = updatedUntilMs == null ? {} : { until: updatedUntilMs };
  const readTo =
    first?.readToAt == null || first.readToId === null
      ? null
      : { at: first.readToAt, id: first.readToId, ...until };
  const listed = rows.flatMap(toListed);
  return {
    rows: listed.map((row) => ({ ...row, position: { ...row.position, ...until } })),
    readTo,
  };
}

/** The parts of a statement that reads shipments of a list; its `$1` is left to the statement. */
interface ReadPlan {
  /** Identifies the text. */
  readonly name: string;
  /** What is read, as `s`. */
  readonly source: string;
  /** The conditions on the range that is read. */
  readonly scanned: string;
  /** The conditions on what is read. */
  readonly filtered: string;
  readonly values: readonly unknown[];
  /** Whether the matches are known by their ids. */
  readonly isLookedUp: boolean;
  /** Whether rows have to be checked one by one, so that reading needs a limit. */
  readonly isBounded: boolean;
  readonly readAtOnce: number;
}

interface ReadOrder {
  readonly at: string;
  readonly direction: string;
  /** The clause. */
  readonly order: string;
}

/** Plans the reading of shipments of a list. Null if nothing can match. */
export async function planOf(
  db: Queryable,
  listing: ShipmentSelection & Partial<Pick<ShipmentListing, 'after'>>,
  reach: ListingReach,
  inOrder: ReadOrder | null = null,
): Promise<ReadPlan | null> {
  const { search } = listing;
  const { foundMax } = reach;
  const readAtOnce = search === null ? reach.readAtOnce : reach.searchedAtOnce;
  const found = search === null ? [] : await searchConditions(db, search, foundMax);
  const indexed = listing.createdSinceMs == null ? 'updated_at' : 'created_at';
  const { at, direction, order } = inOrder ?? { at: indexed, direction: 'asc', order: '' };
  const isByChange = at === 'updated_at';
  // The index of the states has the order of the last change, and no other.
  const statuses = isByChange ? null : listing.statuses;
  const narrowed = await narrowedTo(db, { ...listing, statuses }, foundMax);
  const { among: these = null } = listing;
  if (narrowed?.length === 0 || these?.length === 0) return null;
  const byIds: Condition['text'] = ([value]) => `s.id = any(${value}::uuid[])`;
  const ids = conditionFor('i', narrowed, byIds);
  const isLookedUp = ids !== null || these !== null || found.some(({ name }) => name === BY_IDS);
  const merged = isByChange && !isLookedUp ? partsOf(listing) : [];
  const { within, among } = conditionsOf(listing, { at, direction, isMerged: merged.length > 0 });
  const filters = [...among, ids, conditionFor('j', these, byIds), ...found].filter(
    (each) => each !== null,
  );
  const values: unknown[] = [];
  const place = (value: unknown) => `$${values.push(value) + 1}`;
  const textOf = (conditions: readonly Condition[]) =>
    conditions.map((each) => `and ${each.text(each.values.map(place))}`).join(' ');
  const [scanned, filtered] = [textOf(within), textOf(filters)];
  const letters = [...within, ...filters].map(({ name }) => name).join('');
  const source = ofParts(
    merged.map(({ status, isArchived }) => ({ place: place(status), isArchived })),
    `${scanned} ${order}`,
  );
  return {
    name: `${letters}${merged.length === 0 ? '' : merged.length + partNames(listing)}`,
    source,
    scanned,
    filtered,
    values,
    isLookedUp,
    isBounded: filters.length > 0 && !isLookedUp,
    readAtOnce,
  };
}

/** A range of the index by status: one status, archived or not. */
interface Part {
  readonly status: Status;
  readonly isArchived: boolean;
}

function partsOf({ statuses, isArchived = null }: ShipmentSelection): readonly Part[] {
  return (statuses ?? STATUSES).flatMap((status) =>
    halvesOf(isArchived).map((half) => ({ status, isArchived: half })),
  );
}

function partNames({ isArchived = null }: ShipmentSelection): string {
  return isArchived === null ? '' : isArchived ? 'a' : 'l';
}

/**
 * Returns SQL for the shipments of these parts, in a form that PostgreSQL reads in the order of the
 * last change: it merges one index scan per part, and a page reads few rows more than it shows.
 * With `status = any(…)` it would read and sort all of them for each page. Each part has to state
 * its order, because row security prevents PostgreSQL from merging it into the outer query.
 *
 * @param parts each with the place of its status: `$2` and so on; none means all shipments
 * @param read which of them are read, and the order
 */
function ofParts(
  parts: readonly { readonly place: string; readonly isArchived: boolean }[],
  read: string,
): string {
  if (parts.length === 0) return 'shipments s';
  const each = parts.map(
    ({ place, isArchived }) =>
      `(select s.* from shipments s where s.deleted_at is null and s.status = ${place}::text
        and ${partOf(isArchived)} ${read})`,
  );
  return `(${each.join(' union all ')}) s`;
}

/**
 * Returns SQL that reads only the rows of the page whole, such as forty of ten thousand matches.
 */
function chosen(which: string): string {
  return `(select s.id from shipments s where s.deleted_at is null ${which} limit $1) as page
          join shipments s on s.id = page.id`;
}

interface ListedRow extends ShipmentRow {
  readonly positionAt: string;
  readonly orderedAt?: unknown;
  readonly readToAt: string | null;
  readonly readToId: string | null;
}

/** Converts a row. A search without results returns one row without a shipment. */
function toListed({ positionAt, orderedAt: _, readToAt: __, readToId: ___, ...row }: ListedRow) {
  if (row.id === null) return [];
  return [{ shipment: toShipment(row), position: { at: positionAt, id: row.id } }];
}

/**
 * Returns SQL that reads up to the limit in order, and says where it stopped if that did not fill
 * the page. It is one statement, so that a concurrently moved row is not missed. The second part
 * runs for a short page only.
 */
function boundedText({
  at,
  direction,
  source,
  scanned,
  filtered,
  order,
  readAtOnce,
}: {
  readonly at: string;
  readonly direction: string;
  readonly source: string;
  readonly scanned: string;
  readonly filtered: string;
  readonly order: string;
  readonly readAtOnce: number;
}): string {
  const next = (more: string) =>
    `from ${source} where s.deleted_at is null ${scanned} ${more} ${order}`;
  return `with page as materialized (
            select ${COLUMNS}, s.${at} as ordered_at, s.${at}::text as position_at
            from (select s.* ${next('')} limit ${readAtOnce}) s
            where true ${filtered} ${order} limit $1),
          read_to as materialized (
            select s.${at}::text as read_to_at, s.id as read_to_id
            ${next('and (select count(*) from page) < $1')} offset ${readAtOnce - 1} limit 1)
          select page.*, read_to.* from (values (1)) as one
          left join page on true left join read_to on true
          order by page.ordered_at ${direction}, page.id ${direction}`;
}

/**
 * Returns the conditions on the range of the order that is read, and those that filter what is
 * read.
 */
function conditionsOf(
  {
    statuses,
    carriers,
    attributes,
    isArchived = null,
    country = null,
    lateAtMs = null,
    derivedIds = null,
    metadata,
    updatedAfterMs,
    updatedUntilMs = null,
    createdSinceMs = null,
    deliveredSinceMs = null,
    trackingNumber,
    after = null,
  }: ShipmentSelection & Partial<Pick<ShipmentListing, 'after'>>,
  { at, direction, isMerged }: Pick<ReadOrder, 'at' | 'direction'> & { readonly isMerged: boolean },
): { readonly within: readonly Condition[]; readonly among: readonly Condition[] } {
  const isByChange = at === 'updated_at';
  const beyond = direction === 'desc' ? '<' : '>';
  const isByCreation = at === 'created_at';
  const instant = ([value]: readonly string[]) => `to_timestamp(${value}::float8 / 1000.0)`;
  const changed = conditionFor(
    'a',
    updatedAfterMs === null ? null : updatedAfterMs - LOOKBACK_MS,
    (at) => `s.updated_at > ${instant(at)}`,
  );
  const settled = conditionFor('v', updatedUntilMs, (at) => `s.updated_at <= ${instant(at)}`);
  // A parcel is updated when it is delivered, or later.
  const changedSince = conditionFor(
    'k',
    deliveredSinceMs,
    (at) => `s.updated_at >= ${instant(at)}`,
  );
  const created = conditionFor('g', createdSinceMs, (at) => `s.created_at >= ${instant(at)}`);
  const position = positioned(
    after,
    ([time, id]) =>
      `(s.${at}, s.id) ${beyond} (${time}::${at === 'due_on' ? 'date' : 'timestamptz'}, ${id}::uuid)`,
  );
  const dated: Condition | null =
    at === 'due_on' ? { name: 'd', text: () => 's.due_on is not null', values: [] } : null;
  const ofParts = [
    conditionFor('u', statuses, ([value]) => `s.status = any(${value}::text[])`),
    isArchived === null
      ? null
      : { name: isArchived ? 'x' : 'w', text: () => partOf(isArchived), values: [] },
  ];
  const others = [
    ...ATTRIBUTES.map(({ column, sqlType, filter }, at) =>
      conditionFor(
        String.fromCharCode(0x41 + at),
        (filter && attributes[filter.parameter]) ?? null,
        ([value]) =>
          sqlType === 'text[]'
            ? `s.${column} @> array[${value}::text]`
            : `s.${column} = ${value}::${sqlType}`,
      ),
    ),
    conditionFor('c', carriers, ([value]) => `s.carrier = any(${value}::text[])`),
    conditionFor('o', country, ([value]) => `s.destination_country = ${value}::text`),
    conditionFor('l', lateAtMs, (at) => isLate(instant(at))),
    conditionFor(
      'm',
      metadata?.map((each) => JSON.stringify(each)) ?? null,
      ([value]) => `s.metadata @> any(${value}::jsonb[])`,
    ),
    derivedIds && {
      name: 'e',
      text: ([service = '', prefix = '']: readonly string[]) => derivedIdLeads(service, prefix),
      values: [derivedIds.service, derivedIds.prefix],
    },
    conditionFor(
      'h',
      deliveredSinceMs,
      (at) => `s.status = 'delivered' and s.delivered_at >= ${instant(at)}`,
    ),
    conditionFor('n', trackingNumber, ([value]) => `s.tracking_number = ${value}::text`),
  ];
  return {
    within: [
      ...(isByChange ? [changed, changedSince, settled] : [dated]),
      isByCreation ? created : null,
      position,
    ].filter((each) => each !== null),
    among: [
      ...(isByChange ? [] : [changed, settled]),
      isByCreation ? null : created,
      ...(isMerged ? [] : ofParts),
      ...others,
    ].filter((each) => each !== null),
  };
}

/**
 * Whether a shipment that may still arrive comes after the promised day or, without a promise, the
 * day that was announced: the same shipments as those of which `daysLate` gives a number.
 */
function isLate(now: string): string {
  return `coalesce(s.promised_date, (s.predicted_delivery->>'passed')::date, s.due_on)
            < greatest(s.due_on, (${now} at time zone coalesce(s.destination_zone, 'UTC'))::date)
          and s.status <> all('{${NEVER_LATE}}')
          and coalesce(s.sub_status, '') <> all('{${[...REASONS_AGAINST_ARRIVAL]}}')`;
}

const NEVER_LATE = STATUSES.filter((each) => !mayArrive(each, null));

/** Returns the condition of a filter; null for an absent one. */
function conditionFor(name: string, value: unknown, text: Condition['text']): Condition | null {
  return value === null ? null : { name, text, values: [value] };
}

function positioned(after: ShipmentPosition | null, text: Condition['text']): Condition | null {
  return after === null ? null : { name: 'b', text, values: [after.at, after.id] };
}

/** The name of a condition so selective that its matches are looked up by id. */
const BY_IDS = 'f';

/**
 * Returns the conditions of a search: the ids of what it finds, if they are few enough, and a check
 * of each row where these ids include others or are too many. People are found by all words at
 * once, which a hundred thousand recipients called Maria do not slow down; a word of a person with
 * one of an order by the rarer of the two.
 */
async function searchConditions(
  db: Queryable,
  search: ShipmentSearch,
  foundMax: number,
): Promise<readonly Condition[]> {
  const { id, whole, words } = search;
  const hashes = words.map(({ people }) => people[0] ?? []);
  const hasAll = words.length > 0 && hashes.every((each) => each.length > 0);
  const people = [...whole.people, ...(hasAll ? [hashes.flat()] : [])];
  const found = await eachFound(
    db,
    [
      { texts: whole.texts, people: [] },
      { texts: mergedTexts(words), people: [] },
      { texts: NO_TEXTS, people },
    ],
    foundMax,
  );
  const [byText = null, byWord = null, byPeople = null] = found;
  if (byText !== null && byWord !== null && byPeople !== null) {
    const ids = byIds([...byText, ...byWord, ...byPeople, ...(id === null ? [] : [id])]);
    return byWord.length === 0 || words.length === 1 ? [ids] : [ids, matching(search)];
  }
  if (byText?.length === 0 && byWord?.length === 0) {
    return [matching({ id, whole: { texts: NO_TEXTS, people }, words: [] })];
  }
  // Of too many people, each word alone would find even more.
  if (byText === null || byPeople === null) return [matching(search)];
  const complete = (await eachFound(db, words, foundMax)).filter((ids) => ids !== null);
  const [rarest] = complete.sort((one, other) => one.length - other.length);
  return rarest === undefined
    ? [matching(search)]
    : [byIds([...byText, ...rarest]), matching(search)];
}

function byIds(ids: readonly string[]): Condition {
  return {
    name: BY_IDS,
    text: ([value]) => `s.id = any(${value}::uuid[])`,
    values: [[...new Set(ids)]],
  };
}

const NO_TEXTS = { low: [], high: [] };

function mergedTexts(words: readonly SearchTerm[]): SearchTerm['texts'] {
  return {
    low: words.flatMap(({ texts }) => texts.low),
    high: words.flatMap(({ texts }) => texts.high),
  };
}

async function eachFound(db: Queryable, terms: readonly SearchTerm[], most: number) {
  const lookups = terms.map(async (term) =>
    term.texts.low.length + term.people.length === 0 ? [] : shipmentsByTerm(db, term, most),
  );
  await together(lookups);
  return Promise.all(lookups);
}

/** Returns the condition that checks a row. Its name contains the number of words. */
function matching({ whole, words }: ShipmentSearch): Condition {
  const terms = [whole, ...words];
  return {
    name: `q${words.length}`,
    text: (places) => {
      const [first = '', ...others] = terms.map((_, at) =>
        matches(places.slice(PLACES_PER_TERM * at)),
      );
      return others.length === 0 ? first : `(${first} or (${others.join(' and ')}))`;
    },
    values: terms.flatMap(({ texts, people }) => [texts.low, texts.high, people.map(allOf)]),
  };
}

const PLACES_PER_TERM = 3;

/**
 * Returns SQL for whether row `s` matches one term. The `limit 1` prevents joins, which would read
 * all matches before the first page.
 */
function matches([low, high, people]: readonly string[]): string {
  return `((select true from unnest(${low}::text[], ${high}::text[]) as b(low, high)
            join shipment_terms t on t.term >= b.low and t.term < b.high
            where t.shipment_id = s.id limit 1)
           or (select true from unnest(${people}::text[]) as h(hashes)
               join shipment_people p on p.hashes @> h.hashes::bigint[]
               where p.shipment_id = s.id limit 1))`;
}
