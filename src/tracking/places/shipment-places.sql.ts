import type { Mode, Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';

/** Who said where it goes. */
export type PlaceSource = 'merchant' | 'geocoder' | 'postal_codes' | 'none';

export interface PlaceRow {
  readonly shipment_id: string;
  readonly merchant_id: string;
  readonly mode: Mode;
  readonly address_hash: Buffer | null;
  readonly place: Buffer | null;
  readonly precision: string | null;
  readonly source: PlaceSource | null;
  readonly tries: number;
  readonly is_unknown: boolean;
}

const COLUMNS = `shipment_id, merchant_id, mode, address_hash, place, precision, source, tries,
  is_unknown`;

/** It is to be looked for, also again: its address may be another. */
export async function wantPlace(
  db: Queryable,
  { merchantId, mode }: Tenant,
  shipmentId: string,
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into shipment_places (shipment_id, merchant_id, mode, due_at)
     values ($1, $2, $3, to_timestamp($4 / 1000.0))
     on conflict (shipment_id) do update set due_at = excluded.due_at, tries = 0`,
    [shipmentId, merchantId, mode, nowMs],
  );
}

/** Those to be looked for now; nobody else gets them until then, and they are due again after it. */
export async function claimPlaces(
  db: Queryable,
  {
    nowMs,
    untilMs,
    limit,
  }: { readonly nowMs: number; readonly untilMs: number; readonly limit: number },
): Promise<PlaceRow[]> {
  const { rows } = await db.query<PlaceRow>({
    name: 'claim_places',
    text: `update shipment_places set due_at = to_timestamp($2 / 1000.0), tries = tries + 1
           where shipment_id in (
             select shipment_id from shipment_places where due_at <= to_timestamp($1 / 1000.0)
             order by due_at limit $3 for update skip locked)
           returning ${COLUMNS}`,
    values: [nowMs, untilMs, limit],
  });
  return rows;
}

/** Another of the tenant's shipments to the same address; null: none was found before. */
export async function placeOfAddress(
  db: Queryable,
  { merchantId, mode }: Tenant,
  addressHash: Uint8Array,
): Promise<PlaceRow | null> {
  const { rows } = await db.query<PlaceRow>({
    name: 'place_of_address',
    text: `select ${COLUMNS} from shipment_places
           where merchant_id = $1 and mode = $2 and address_hash = $3 and place is not null
             and source = 'geocoder'
           limit 1`,
    values: [merchantId, mode, Buffer.from(addressHash)],
  });
  return rows[0] ?? null;
}

export interface SettledPlace {
  readonly shipmentId: string;
  /** As `claimPlaces` was told. */
  readonly claimedUntilMs: number;
  readonly addressHash: Uint8Array;
  readonly place: Uint8Array | null;
  readonly precision: string | null;
  readonly source: PlaceSource;
  /** Somebody was asked who should know, and finds no such address. */
  readonly isUnknown: boolean;
  readonly atMs: number;
  /** When it is looked for again; null: never by itself. */
  readonly dueAtMs: number | null;
}

/**
 * False, and nothing is written: it was erased meanwhile, is to be looked for anew, or somebody else's.
 */
export async function settlePlace(db: Queryable, settled: SettledPlace): Promise<boolean> {
  const { rowCount } = await db.query(
    `update shipment_places set address_hash = $2, place = $3, precision = $4, source = $5,
       looked_at = to_timestamp($6 / 1000.0), due_at = to_timestamp($7::float8 / 1000.0),
       is_unknown = $8
     where shipment_id = $1 and due_at = to_timestamp($9 / 1000.0)`,
    [
      settled.shipmentId,
      Buffer.from(settled.addressHash),
      settled.place === null ? null : Buffer.from(settled.place),
      settled.precision,
      settled.source,
      settled.atMs,
      settled.dueAtMs,
      settled.isUnknown,
      settled.claimedUntilMs,
    ],
  );
  return rowCount === 1;
}

export async function placesByShipment(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<PlaceRow[]> {
  const { rows } = await db.query<PlaceRow>({
    name: 'places_by_shipment',
    text: `select ${COLUMNS} from shipment_places where shipment_id = any($1::uuid[])`,
    values: [shipmentIds],
  });
  return rows;
}

/** What an address that nobody finds is told apart by; null: it is found, or nobody was asked. */
export async function unknownAddress(db: Queryable, shipmentId: string): Promise<string | null> {
  const { rows } = await db.query<{ hash: string | null }>({
    name: 'unknown_address',
    text: `select encode(address_hash, 'hex') as hash from shipment_places
           where shipment_id = $1 and is_unknown`,
    values: [shipmentId],
  });
  return rows[0]?.hash ?? null;
}
