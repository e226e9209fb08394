import { zoneOfPlace } from '../../kernel/places/postal-zone.ts';
import type { Mode, Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import {
  queryAny,
  queryCount,
  queryRow,
  queryRows,
  queryValue,
} from '../../platform/database/query-rows.ts';
import {
  type Facility,
  type FacilityDetails,
  type FacilitySource,
  type FacilityType,
  matchKey,
} from './facility.ts';

/** The channel that notifies processes that cache facilities, without a payload. */
export const FACILITIES_CHANNEL = 'waybill_facilities';
/** The class of both locks, and the key of the one under which facilities are written. */
export const FACILITY_LOCK_CLASS = 0x5742_0009;
const WRITING_KEY = 1;

interface FacilityRow extends Omit<Facility, 'owner' | 'zone'> {
  readonly merchantId: string | null;
  readonly mode: Mode | null;
}

const COLUMNS = `id, merchant_id, mode, carrier, code, name, type, city, region, postal_code,
  country, lat, lng, time_zone, aliases, source, certainty, parcels, first_seen_at as first_seen,
  last_seen_at as last_seen, created_at, updated_at`;

/**
 * Locks the registry for writing until the commit, so that `changed` increases in the order in
 * which others see the changes. Facilities change rarely; the wait is that of one statement.
 */
export async function lockFacilities(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1::int, $2::int)', [
    FACILITY_LOCK_CLASS,
    WRITING_KEY,
  ]);
}

/** Announces changes; the notification is sent at the commit. */
export async function announceFacilities(tx: Queryable): Promise<void> {
  await tx.query('select pg_notify($1, $2)', [FACILITIES_CHANNEL, '']);
}

interface FacilityChange {
  readonly changed: bigint;
  /** The facility; null if it was deleted. */
  readonly facility: Facility | null;
  readonly id: string;
}

/** Returns the changes after one already read, in order, of all owners. */
export async function facilitiesChangedAfter(
  db: Queryable,
  changed: bigint,
  limit: number,
): Promise<FacilityChange[]> {
  const rows = await queryRows<FacilityRow & { changed: string; deletedAtMs: number | null }>(db, {
    name: 'facilities_changed_after',
    text: `select ${COLUMNS}, changed, deleted_at from facilities
           where changed > $1 order by changed limit $2`,
    values: [changed.toString(), limit],
  });
  return rows.map(({ changed, deletedAtMs, ...row }) => ({
    id: row.id,
    changed: BigInt(changed),
    facility: deletedAtMs === null ? toFacility(row) : null,
  }));
}

export interface FacilityFilter {
  readonly carrier: string | null;
  readonly country: string | null;
  readonly type: FacilityType | null;
  readonly source: FacilitySource | null;
  /** A code, name or alias of the facility, however it is spelled. */
  readonly called: string | null;
}

export interface FacilityPage {
  /** The id of the last one of the previous page; null starts at the first. */
  readonly after: string | null;
  readonly limit: number;
}

/** Returns the tenant's own facilities, ordered by id. */
export async function ownFacilities(
  tx: Queryable,
  owner: Tenant,
  filter: FacilityFilter,
  page: FacilityPage,
): Promise<Facility[]> {
  const whose = 'merchant_id = $8 and mode = $9';
  return list(tx, whose, filter, page, [owner.merchantId, owner.mode]);
}

/** Returns the hub's own facilities, ordered by id. */
export async function sharedFacilities(
  db: Queryable,
  filter: FacilityFilter,
  page: FacilityPage,
): Promise<Facility[]> {
  return list(db, 'merchant_id is null', filter, page, []);
}

async function list(
  db: Queryable,
  whose: string,
  { carrier, country, type, source, called }: FacilityFilter,
  { after, limit }: FacilityPage,
  owner: readonly string[],
): Promise<Facility[]> {
  const rows = await queryRows<FacilityRow>(
    db,
    `select ${COLUMNS} from facilities
     where ${whose} and deleted_at is null
       and ($1::text is null or carrier = $1) and ($2::text is null or country = $2)
       and ($3::text is null or type = $3) and ($4::text is null or source = $4)
       and ($5::text is null or code_key = $5 or lower($5) = any(
             select lower(called) from unnest(aliases || name) as called))
       and ($6::uuid is null or id > $6)
     order by id limit $7`,
    [carrier, country, type, source, called && matchKey(called), after, limit, ...owner],
  );
  return rows.map(toFacility);
}

/** Returns a tenant's own facility; null if it has none with that id. */
export async function ownFacility(
  tx: Queryable,
  owner: Tenant,
  id: string,
): Promise<Facility | null> {
  const row = await queryRow<FacilityRow>(
    tx,
    `select ${COLUMNS} from facilities
     where id = $1 and merchant_id = $2 and mode = $3 and deleted_at is null`,
    [id, owner.merchantId, owner.mode],
  );
  return row && toFacility(row);
}

/** Returns one of the hub's own facilities; null if there is none with that id. */
export async function sharedFacility(db: Queryable, id: string): Promise<Facility | null> {
  const row = await queryRow<FacilityRow>(
    db,
    `select ${COLUMNS} from facilities
     where id = $1 and merchant_id is null and deleted_at is null`,
    [id],
  );
  return row && toFacility(row);
}

/** Returns how many facilities the owner has. */
export async function facilityCount(tx: Queryable, owner: Tenant | null): Promise<number> {
  return Number(
    (await queryValue<string>(
      tx,
      `select count(*) from facilities where deleted_at is null
       and merchant_id is not distinct from $1 and mode is not distinct from $2`,
      [owner?.merchantId ?? null, owner?.mode ?? null],
    )) ?? 0,
  );
}

/** Returns the owner's facility with this carrier and code; null if there is none. */
export async function facilityByCode(
  tx: Queryable,
  owner: Tenant | null,
  { carrier, code }: Pick<FacilityDetails, 'carrier' | 'code'>,
): Promise<Facility | null> {
  const row = await queryRow<FacilityRow>(
    tx,
    `select ${COLUMNS} from facilities
     where merchant_id is not distinct from $1 and mode is not distinct from $2
       and carrier is not distinct from $3 and code_key = $4 and deleted_at is null`,
    [owner?.merchantId ?? null, owner?.mode ?? null, carrier, matchKey(code)],
  );
  return row && toFacility(row);
}

export interface WrittenFacility {
  readonly id: string;
  readonly details: FacilityDetails;
  readonly certainty: number;
  readonly parcels: number;
  readonly firstSeenMs: number | null;
  readonly lastSeenMs: number | null;
}

interface Written {
  readonly facility: Facility;
  readonly created: boolean;
}

/**
 * Adds facilities, or updates those with the same carrier and code; an identical one is left
 * unchanged and not returned. Entered facilities replace learned ones, never the reverse. `written`
 * must contain each carrier and code at most once.
 */
export async function upsertFacilities(
  tx: Queryable,
  owner: Tenant | null,
  source: FacilitySource,
  written: readonly WrittenFacility[],
  nowMs: number,
): Promise<Written[]> {
  if (written.length === 0) return [];
  const rows = await queryRows<FacilityRow & { created: boolean }>(
    tx,
    `insert into facilities as f (id, merchant_id, mode, carrier, code, code_key, name, type, city,
       region, postal_code, country, lat, lng, time_zone, aliases, source, certainty, parcels,
       first_seen_at, last_seen_at, created_at, updated_at)
     select n.id, $1, $2, n.carrier, n.code, n.code_key, n.name, n.type, n.city, n.region,
       n.postal_code, n.country, n.lat, n.lng, n.time_zone, n.aliases, $3, n.certainty, n.parcels,
       to_timestamp(n.first_seen_ms / 1000.0), to_timestamp(n.last_seen_ms / 1000.0),
       to_timestamp($4 / 1000.0), to_timestamp($4 / 1000.0)
     from jsonb_to_recordset($5::jsonb) as n(id uuid, carrier text, code text, code_key text,
       name text, type text, city text, region text, postal_code text, country text, lat float8,
       lng float8, time_zone text, aliases text[], certainty real, parcels int,
       first_seen_ms float8, last_seen_ms float8)
     on conflict (merchant_id, mode, carrier, code_key) where deleted_at is null do update set
       code = excluded.code, name = excluded.name, type = excluded.type, city = excluded.city,
       region = excluded.region, postal_code = excluded.postal_code, country = excluded.country,
       lat = excluded.lat, lng = excluded.lng, time_zone = excluded.time_zone,
       aliases = excluded.aliases, source = excluded.source, certainty = excluded.certainty,
       parcels = greatest(f.parcels, excluded.parcels),
       first_seen_at = coalesce(excluded.first_seen_at, f.first_seen_at),
       last_seen_at = coalesce(excluded.last_seen_at, f.last_seen_at),
       updated_at = excluded.updated_at, changed = nextval('facility_changes')
     where (excluded.source <> 'learned' or f.source = 'learned')
       and (f.code, f.name, f.type, f.city, f.region, f.postal_code, f.country, f.lat, f.lng,
            f.time_zone, f.aliases, f.source)
         is distinct from
           (excluded.code, excluded.name, excluded.type, excluded.city, excluded.region,
            excluded.postal_code, excluded.country, excluded.lat, excluded.lng,
            excluded.time_zone, excluded.aliases, excluded.source)
     returning ${COLUMNS}, xmax = 0 as created`,
    [
      owner?.merchantId ?? null,
      owner?.mode ?? null,
      source,
      nowMs,
      JSON.stringify(written.map(rowOf)),
    ],
  );
  return rows.map(({ created, ...row }) => ({ facility: toFacility(row), created }));
}

function rowOf(written: WrittenFacility) {
  const { details } = written;
  return {
    id: written.id,
    carrier: details.carrier,
    code: details.code,
    code_key: matchKey(details.code),
    name: details.name,
    type: details.type,
    city: details.city,
    region: details.region,
    postal_code: details.postalCode,
    country: details.country,
    lat: details.lat,
    lng: details.lng,
    time_zone: details.timeZone,
    aliases: details.aliases,
    certainty: written.certainty,
    parcels: written.parcels,
    first_seen_ms: written.firstSeenMs,
    last_seen_ms: written.lastSeenMs,
  };
}

/** Replaces the details of a facility that the role may change; null if there is none. */
export async function updateFacility(
  tx: Queryable,
  id: string,
  details: FacilityDetails,
  nowMs: number,
): Promise<Facility | null> {
  const row = await queryRow<FacilityRow>(
    tx,
    `update facilities set carrier = $2, code = $3, code_key = $4, name = $5, type = $6, city = $7,
       region = $8, postal_code = $9, country = $10, lat = $11, lng = $12, time_zone = $13,
       aliases = $14, source = 'api', certainty = 1, updated_at = to_timestamp($15 / 1000.0),
       changed = nextval('facility_changes')
     where id = $1 and deleted_at is null returning ${COLUMNS}`,
    [
      id,
      details.carrier,
      details.code,
      matchKey(details.code),
      details.name,
      details.type,
      details.city,
      details.region,
      details.postalCode,
      details.country,
      details.lat,
      details.lng,
      details.timeZone,
      details.aliases,
      nowMs,
    ],
  );
  return row && toFacility(row);
}

/** Deletes a facility. False when the owner has none with that id. */
export function dropFacility(
  tx: Queryable,
  owner: Tenant | null,
  id: string,
  nowMs: number,
): Promise<boolean> {
  return queryAny(
    tx,
    `update facilities set deleted_at = to_timestamp($2 / 1000.0),
       changed = nextval('facility_changes')
     where id = $1 and deleted_at is null
       and merchant_id is not distinct from $3 and mode is not distinct from $4`,
    [id, nowMs, owner?.merchantId ?? null, owner?.mode ?? null],
  );
}

/**
 * Deletes learned facilities whose evidence no longer suffices, by carrier and key; returns how
 * many.
 */
export async function dropLearned(
  tx: Queryable,
  places: readonly { readonly carrier: string; readonly key: string }[],
  nowMs: number,
): Promise<number> {
  if (places.length === 0) return 0;
  return queryCount(
    tx,
    `update facilities f set deleted_at = to_timestamp($1 / 1000.0),
       changed = nextval('facility_changes')
     from unnest($2::text[], $3::text[]) as p(carrier, key)
     where f.merchant_id is null and f.source = 'learned' and f.deleted_at is null
       and f.carrier = p.carrier and f.code_key = p.key`,
    [nowMs, places.map(({ carrier }) => carrier), places.map(({ key }) => key)],
  );
}

/**
 * Adds to the counts of parcels of the hub's facilities, which raises the certainty of learned
 * ones. It does not affect how places are resolved.
 */
export async function countParcels(
  tx: Queryable,
  places: readonly {
    readonly carrier: string;
    readonly key: string;
    readonly parcels: number;
    readonly certainty: number;
    readonly firstSeenMs: number;
    readonly lastSeenMs: number;
  }[],
): Promise<void> {
  if (places.length === 0) return;
  await tx.query(
    `update facilities f set parcels = p.parcels,
       certainty = case f.source when 'learned' then p.certainty else f.certainty end,
       first_seen_at = to_timestamp(p.first_ms / 1000.0),
       last_seen_at = to_timestamp(p.last_ms / 1000.0)
     from unnest($1::text[], $2::text[], $3::int[], $4::float8[], $5::float8[],
                 $6::real[])
       as p(carrier, key, parcels, first_ms, last_ms, certainty)
     where f.merchant_id is null and f.deleted_at is null and f.carrier = p.carrier
       and f.code_key = p.key`,
    [
      places.map(({ carrier }) => carrier),
      places.map(({ key }) => key),
      places.map(({ parcels }) => parcels),
      places.map(({ firstSeenMs }) => firstSeenMs),
      places.map(({ lastSeenMs }) => lastSeenMs),
      places.map(({ certainty }) => certainty),
    ],
  );
}

/**
 * Removes at most `limit` rows of facilities deleted before `deletedBeforeMs`, which every process
 * has removed from its memory.
 */
export function purgeFacilities(
  db: Queryable,
  deletedBeforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(
    db,
    `delete from facilities where id in (
       select id from facilities where deleted_at < to_timestamp($1 / 1000.0) limit $2)`,
    [deletedBeforeMs, limit],
  );
}

function toFacility({ merchantId, mode, ...facility }: FacilityRow): Facility {
  return {
    ...facility,
    owner: merchantId === null || mode === null ? null : { merchantId, mode },
    zone: facility.timeZone ?? zoneOfPlace(facility),
  };
}
