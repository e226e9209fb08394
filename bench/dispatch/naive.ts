import type { Client } from 'pg';
import { rounded } from './numbers.ts';
import { anywhere, seeded, wayIn } from './town.ts';

/**
 * Measures how long PostgreSQL takes to find the nearest free courier of each of `each` deliveries,
 * one after the other; ms.
 */
export async function naive(
  client: Client,
  { couriers, offers, each }: Readonly<Record<'couriers' | 'offers' | 'each', number>>,
): Promise<number> {
  const random = seeded(2);
  await client.query('create temporary table places (id int, lat float8, lng float8, free bool)');
  const spots = Array.from({ length: couriers }, () => anywhere(random));
  await client.query(
    'insert into places select ordinality, u.lat, u.lng, true from unnest($1::float8[], $2::float8[]) with ordinality as u(lat, lng, ordinality)',
    [spots.map(({ lat }) => lat), spots.map(({ lng }) => lng)],
  );
  const began = performance.now();
  for (let index = 0; index < offers; index += 1) {
    const { origin } = wayIn(random);
    await client.query(
      `update places set free = false where id = (select id from places where free
         order by 2 * asin(sqrt(sin(radians(lat - $1) / 2) ^ 2
           + cos(radians($1)) * cos(radians(lat)) * sin(radians(lng - $2) / 2) ^ 2)) limit 1)`,
      [origin.lat, origin.lng],
    );
  }
  return rounded(((performance.now() - began) / offers) * each);
}
