import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import {
  queryColumn,
  queryRow,
  queryRows,
  queryValue,
  type Row,
} from '../../platform/database/query-rows.ts';

/** The source of a destination's coordinates. */
export type PlaceSource = 'merchant' | 'geocoder' | 'postal_codes' | 'none';

export interface PlaceRow
  extends Row<
    'shipment_places',
    | 'shipmentId'
    | 'merchantId'
    | 'mode'
    | 'addressHash'
    | 'place'
    | 'precision'
    | 'tries'
    | 'isUnknown'
  > {
  readonly source: PlaceSource | null;
}

const COLUMNS = `shipment_id, merchant_id, mode, address_hash, place, precision, source, tries,
  is_unknown`;

/** Marks shipments to be geocoded, also again, because their addresses may have changed. */
export async function wantPlaces(
  db: Queryable,
  wanted: readonly { readonly tenant: Tenant; readonly shipmentId: string }[],
  nowMs: number,
): Promise<void> {
  // A duplicate in one statement would be an error; a fixed order prevents deadlocks.
  const tenants = new Map(wanted.map(({ shipmentId, tenant }) => [shipmentId, tenant]));
  const ids = [...tenants.keys()].sort();
  if (ids.length === 0) return;
  await db.query({
    name: 'want_places',
    text: `insert into shipment_places (shipment_id, merchant_id, mode, due_at)
           select u.id, u.merchant, u.mode, to_timestamp($4 / 1000.0)
           from unnest($1::uuid[], $2::uuid[], $3::text[]) as u(id, merchant, mode)
           on conflict (shipment_id) do update set due_at = excluded.due_at, tries = 0`,
    values: [
      ids,
      ids.map((id) => tenants.get(id)?.merchantId),
      ids.map((id) => tenants.get(id)?.mode),
      nowMs,
    ],
  });
}

/**
 * Claims the shipments due for geocoding: no other process gets them until `untilMs`, and they are
 * due again after it.
 */
export async function claimPlaces(
  db: Queryable,
  {
    nowMs,
    untilMs,
    limit,
  }: { readonly nowMs: number; readonly untilMs: number; readonly limit: number },
): Promise<PlaceRow[]> {
  return queryRows<PlaceRow>(db, {
    name: 'claim_places',
    text: `update shipment_places set due_at = to_timestamp($2 / 1000.0), tries = tries + 1
           where shipment_id in (
             select shipment_id from shipment_places where due_at <= to_timestamp($1 / 1000.0)
             order by due_at limit $3 for update skip locked)
           returning ${COLUMNS}`,
    values: [nowMs, untilMs, limit],
  });
}

/**
 * Returns the place of another of the tenant's shipments with the same address; null if none was
 * geocoded before.
 */
export async function placeOfAddress(
  db: Queryable,
  { merchantId, mode }: Tenant,
  addressHash: Uint8Array,
): Promise<PlaceRow | null> {
  return queryRow<PlaceRow>(db, {
    name: 'place_of_address',
    text: `select ${COLUMNS} from shipment_places
           where merchant_id = $1 and mode = $2 and address_hash = $3 and place is not null
             and source = 'geocoder'
           limit 1`,
    values: [merchantId, mode, Buffer.from(addressHash)],
  });
}

export interface SettledPlace {
  readonly shipmentId: string;
  /** The `untilMs` given to `claimPlaces`. */
  readonly claimedUntilMs: number;
  readonly addressHash: Uint8Array;
  readonly place: Uint8Array | null;
  readonly precision: string | null;
  readonly source: PlaceSource;
  /** Whether a geocoder was asked and found no such address. */
  readonly isUnknown: boolean;
  readonly atMs: number;
  /** When it is looked up again; null means never automatically. */
  readonly dueAtMs: number | null;
}

/**
 * Stores the results of geocoding, including addresses not found. Returns the shipments that were
 * updated; the others have since been erased, become due again, or been claimed by another process.
 */
export async function settlePlaces(
  db: Queryable,
  settled: readonly SettledPlace[],
): Promise<ReadonlySet<string>> {
  if (settled.length === 0) return new Set();
  const of = <T>(value: (place: SettledPlace) => T) => settled.map(value);
  const bytes = (value: Uint8Array | null) => value && Buffer.from(value);
  return new Set(
    await queryColumn<string>(db, {
      name: 'settle_places',
      text: `with u as (
             select * from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::text[], $5::text[],
               $6::float8[], $7::float8[], $8::boolean[], $9::float8[])
               as u(id, hash, place, precision, source, at, due, is_unknown, claimed)),
           -- Locks rows in the same order as the statement that requests places again, so that the
           -- two cannot deadlock.
           locked as (
             select p.shipment_id from shipment_places p join u on u.id = p.shipment_id
             where p.due_at = to_timestamp(u.claimed / 1000.0)
             order by p.shipment_id for update of p)
           update shipment_places p set address_hash = u.hash, place = u.place,
             precision = u.precision, source = u.source,
             checked_at = to_timestamp(u.at / 1000.0), due_at = to_timestamp(u.due / 1000.0),
             is_unknown = u.is_unknown
           from u join locked on locked.shipment_id = u.id
           where p.shipment_id = u.id
           returning p.shipment_id`,
      values: [
        of(({ shipmentId }) => shipmentId),
        of(({ addressHash }) => bytes(addressHash)),
        of(({ place }) => bytes(place)),
        of(({ precision }) => precision),
        of(({ source }) => source),
        of(({ atMs }) => atMs),
        of(({ dueAtMs }) => dueAtMs),
        of(({ isUnknown }) => isUnknown),
        of(({ claimedUntilMs }) => claimedUntilMs),
      ],
    }),
  );
}

/** Returns the stored rows of the given shipments. */
export async function placesByShipment(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<PlaceRow[]> {
  return queryRows<PlaceRow>(db, {
    name: 'places_by_shipment',
    text: `select ${COLUMNS} from shipment_places where shipment_id = any($1::uuid[])`,
    values: [shipmentIds],
  });
}

/** Returns the hash of an address that was not found; null if it was found, or nobody looked. */
export function unknownAddress(db: Queryable, shipmentId: string): Promise<string | null> {
  return queryValue<string>(db, {
    name: 'unknown_address',
    text: `select encode(address_hash, 'hex') as hash from shipment_places
           where shipment_id = $1 and is_unknown`,
    values: [shipmentId],
  });
}
