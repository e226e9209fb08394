import type { Mode } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryCount } from '../../../platform/database/query-rows.ts';
import type { CourierPlace } from './place-store.ts';

/**
 * Stores places, unless newer ones are stored. Couriers off shift are left out: the end of a shift
 * removes the row, and this must not bring it back.
 */
export async function storePlaces(
  db: Queryable,
  places: readonly CourierPlace[],
  nowMs: number,
): Promise<void> {
  const of = <T>(value: (place: CourierPlace) => T) => places.map(value);
  await db.query({
    name: 'store_places',
    text: `
      insert into courier_places as p (courier_id, merchant_id, mode, at, lat, lng, accuracy_m,
        speed_kmh, heading, battery, received_at)
      select c.id, c.merchant_id, c.mode, to_timestamp(u.at / 1000.0), u.lat, u.lng, u.accuracy_m,
        u.speed_kmh, u.heading, u.battery, to_timestamp(u.received / 1000.0)
      from unnest($1::uuid[], $2::float8[], $3::float8[], $4::float8[], $5::real[], $6::real[],
        $7::real[], $8::real[], $9::float8[])
        as u(id, at, lat, lng, accuracy_m, speed_kmh, heading, battery, received)
      join couriers c on c.id = u.id and c.on_shift
        and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp($10 / 1000.0))
      order by c.id
      on conflict (courier_id) do update set at = excluded.at, lat = excluded.lat,
        lng = excluded.lng, accuracy_m = excluded.accuracy_m, speed_kmh = excluded.speed_kmh,
        heading = excluded.heading, battery = excluded.battery, received_at = excluded.received_at
      where p.at < excluded.at`,
    values: [
      of(({ courierId }) => courierId),
      of(({ position }) => position.atMs),
      of(({ position }) => position.lat),
      of(({ position }) => position.lng),
      of(({ position }) => position.accuracyM),
      of(({ position }) => position.speedKmh),
      of(({ position }) => position.heading),
      of(({ position }) => position.battery),
      of(({ receivedAtMs }) => receivedAtMs),
      nowMs,
    ],
  });
}

interface PlaceRow {
  readonly courier_id: string;
  readonly merchant_id: string;
  readonly mode: Mode;
  readonly at: Date;
  readonly lat: number;
  readonly lng: number;
  readonly accuracy_m: number | null;
  readonly speed_kmh: number | null;
  readonly heading: number | null;
  readonly battery: number | null;
  readonly received_at: Date;
}

/**
 * Reads the stored places of couriers on shift, in order of courier id. Needs the pipeline's role.
 */
export async function storedPlaces(
  db: Queryable,
  page: { readonly after: string | null; readonly limit: number; readonly nowMs: number },
): Promise<CourierPlace[]> {
  const { rows } = await db.query<PlaceRow>({
    name: 'stored_places',
    text: `
      select p.courier_id, p.merchant_id, p.mode, p.at, p.lat, p.lng, p.accuracy_m, p.speed_kmh,
        p.heading, p.battery, p.received_at
      from courier_places p join couriers c on c.id = p.courier_id and c.on_shift
        and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp($3 / 1000.0))
      where $1::uuid is null or p.courier_id > $1 order by p.courier_id limit $2`,
    values: [page.after, page.limit, page.nowMs],
  });
  return rows.map((row) => ({
    courierId: row.courier_id,
    tenant: { merchantId: row.merchant_id, mode: row.mode },
    position: {
      atMs: row.at.getTime(),
      lat: row.lat,
      lng: row.lng,
      accuracyM: row.accuracy_m,
      speedKmh: row.speed_kmh,
      heading: row.heading,
      battery: row.battery,
    },
    receivedAtMs: row.received_at.getTime(),
  }));
}

/**
 * Reads the stored places of these couriers, which are at most half a minute old. Needs the
 * pipeline's role.
 */
export async function storedPlacesOf(
  db: Queryable,
  courierIds: readonly string[],
): Promise<{ courierId: string; lat: number; lng: number; atMs: number }[]> {
  const { rows } = await db.query<{ courierId: string; lat: number; lng: number; atMs: number }>({
    name: 'stored_places_of',
    // Milliseconds instead of dates: for thousands of couriers at once, reading numbers takes a
    // fraction of the time.
    text: `select courier_id as "courierId", lat, lng,
             (extract(epoch from at) * 1000)::float8 as "atMs"
           from courier_places where courier_id = any($1::uuid[])`,
    values: [courierIds],
  });
  return rows;
}

/** Removes places that a write concurrent with the end of a shift left; returns how many. */
export function dropPlacesOffShift(db: Queryable, nowMs: number, limit: number): Promise<number> {
  return queryCount(
    db,
    `delete from courier_places where courier_id in (
       select p.courier_id from courier_places p left join couriers c on c.id = p.courier_id
       where c.id is null or not c.on_shift or c.shift_ends_at <= to_timestamp($1 / 1000.0)
       limit $2)`,
    [nowMs, limit],
  );
}
