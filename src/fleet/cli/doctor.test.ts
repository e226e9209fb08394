import { expect, it } from 'vitest';
import { openDatabase } from '../../platform/database/database.ts';
import { createTestDatabase } from '../../platform/test-postgres.ts';
import { phonesHealth } from '../couriers/index.ts';
import { phonesFindings } from './doctor.ts';

const WELL = { couriers: 3, withPhone: 2, silent: 0, clocksOff: 0, refused: 0 };
const HTTPS = 'https://track.example.com';

it('says how many couriers there are, and nothing where there are none', () => {
  expect(phonesFindings({ ...WELL, couriers: 0 }, null)).toEqual([]);
  expect(phonesFindings(WELL, HTTPS)).toEqual([
    { name: 'couriers', verdict: 'ok', found: '3, 2 with a phone' },
  ]);
});

it('misses an address that phones can reach and trust', () => {
  expect(phonesFindings(WELL, null)).toMatchObject([{ verdict: 'warn' }]);
  expect(phonesFindings(WELL, 'http://track.example.com')).toMatchObject([
    {
      verdict: 'fail',
      found: 'no phone can be set up at http://track.example.com, which is not encrypted',
    },
  ]);
});

it('warns of phones that are silent, late or refused', () => {
  const found = phonesFindings({ ...WELL, silent: 1, clocksOff: 2, refused: 4 }, HTTPS);
  expect(found.map(({ verdict }) => verdict)).toEqual(['warn', 'warn', 'warn']);
});

it('counts rows in the database', async () => {
  const made = await createTestDatabase();
  const database = openDatabase({ url: made.url });
  try {
    const id = (index: number) => `00000000-0000-4000-8000-00000000000${index}`;
    await database.owner.query(
      `insert into merchants (id, slug, name) values ($1, 'shop', 'Shop')`,
      [id(9)],
    );
    for (const index of [1, 2, 3]) {
      await database.owner.query(
        `insert into couriers (id, merchant_id, mode, personal, vehicle, on_shift, shift_since,
           created_at, updated_at)
         values ($1, $2, 'live', '', 'van', true, to_timestamp(1000), now(), now())`,
        [id(index), id(9)],
      );
    }
    // The first is in contact, the second is silent and its clock is off, the third has no phone
    // any more.
    for (const [index, lastContactS, offsetMs, ended] of [
      [1, 9_000, 100, null],
      [2, 2_000, -400_000, null],
      [3, 2_000, 400_000, 'revoked'],
    ] as const) {
      await database.owner.query(
        `insert into courier_devices (id, courier_id, merchant_id, mode, key_hash, name, enrolled_at,
           last_seen_at, clock_offset_ms, ended_at, ended_why)
         values ($1, $1, $2, 'live', $3, '', to_timestamp(1000), to_timestamp($4), $5,
           case when $6::text is null then null else now() end, $6)`,
        [id(index), id(9), Buffer.from([index]), lastContactS, offsetMs, ended],
      );
    }
    const health = await phonesHealth(database.pipeline, {
      silentSinceMs: 5_000_000,
      clockOffMs: 300_000,
      refusedSinceMs: 0,
    });
    expect(health).toEqual({ couriers: 3, withPhone: 2, silent: 1, clocksOff: 1, refused: 0 });
  } finally {
    await database.end();
    await made.drop();
  }
});
