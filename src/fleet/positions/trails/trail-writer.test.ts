import { afterAll, beforeAll, expect, it } from 'vitest';
import { manualClock } from '../../../platform/clock.ts';
import {
  type CopyIn,
  type Database,
  openCopyIn,
  openDatabase,
} from '../../../platform/database/database.ts';

import { createLog } from '../../../platform/observability/log.ts';
import { createTestDatabase, type TestDatabase } from '../../../platform/test-postgres.ts';
import { positionColumns, writePosition } from '../intake/courier-table.ts';
import { RECORD_BYTES, viewOf, wordsOfUuid, writeRecord } from './journal-record.ts';
import { lastPositionsOf, storedPositions } from './stored-positions.ts';
import { stretchesBetween, writeJournal } from './stretches.sql.ts';
import { openTrailWriter, type TrailWriter } from './trail-writer.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const MERCHANT = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80';
const ADA = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f81';
const BOB = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f82';
const GONE = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f83';
const [KILLED, ALIVE] = [
  '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f91',
  '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f92',
];
const SPAN = { fromMs: NOW_MS - 3_600_000, toMs: NOW_MS + 3_600_000, limit: 1_000 };

let testDatabase: TestDatabase;
let db: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.url });
  await db.pipeline.query(`insert into merchants (id, slug, name) values ($1, 'm', 'M')`, [
    MERCHANT,
  ]);
  await db.pipeline.query(
    `insert into couriers (id, merchant_id, mode, personal, vehicle, on_shift, created_at, updated_at)
     select id, $1, 'live', '', 'van', true, now(), now() from unnest($2::uuid[]) as c(id)`,
    [MERCHANT, [ADA, BOB]],
  );
});
afterAll(async () => {
  await db.end();
  await testDatabase.drop();
});

function open(change: (copyIn: CopyIn) => CopyIn = (copyIn) => copyIn) {
  const clock = manualClock(NOW_MS);
  const copyIn = change(openCopyIn(testDatabase.url, () => {}));
  const log = createLog({ level: 'silent' });
  return openTrailWriter({
    copyIn,
    db,
    clock,
    log,
    randomBytes: (count) => Buffer.alloc(count, 7),
  });
}

const { values } = positionColumns(1);
const at = (s: number) => ({
  atMs: NOW_MS + s * 1_000,
  lat: 53.5,
  lng: 9.9 + s / 1e4,
  accuracyM: 8,
  speedKmh: null,
  heading: 270,
  battery: 81,
});

function add(writer: TrailWriter, courierId: string, s: number): void {
  writePosition(values, 0, at(s));
  writer.add(wordsOfUuid(courierId), 0, values, 0, 0);
}

const secondsOf = async (courierId: string) =>
  (await storedPositions(db.pipeline, courierId, SPAN)).positions.map(
    ({ atMs }) => (atMs - NOW_MS) / 1_000,
  );
const count = async (table: string) =>
  (await db.pipeline.query(`select from ${table}`)).rowCount ?? 0;

it('writes a courier’s positions into a row of their day, and leaves nothing in the journal', async () => {
  const writer = open();
  for (const s of [0, 5, 10, 5]) add(writer, ADA, s);
  add(writer, BOB, 3);
  await writer.flush();
  expect(await count('courier_position_journal')).toBe(0);
  expect(await count('courier_stretches')).toBe(2);
  // Repeated positions are read once.
  expect([await secondsOf(ADA), await secondsOf(BOB)]).toEqual([[0, 5, 10], [3]]);
  // Positions of two days are written to two days.
  add(writer, BOB, -86_400);
  add(writer, BOB, 4);
  await writer.stop();
  expect(await count('courier_stretches')).toBe(4);
  expect(await secondsOf(BOB)).toEqual([3, 4]);
  const last = await lastPositionsOf(db.pipeline, [ADA, BOB, GONE], NOW_MS + 5_000);
  expect([...last]).toEqual([[ADA, NOW_MS + 10_000]]);
});

it('positions that cannot be written to their day are read from the journal until they can', async () => {
  let isFull = true;
  const writer = open((copyIn) => ({
    ...copyIn,
    async copy(target, chunks) {
      if (isFull) throw new Error('the disk is full');
      await copyIn.copy(target, chunks);
    },
  }));
  add(writer, ADA, 100);
  await expect(writer.flush()).rejects.toThrow('the disk is full');
  expect(await count('courier_position_journal')).toBe(1);
  expect((await secondsOf(ADA)).at(-1)).toBe(100);
  const last = await lastPositionsOf(db.pipeline, [ADA], NOW_MS + 50_000);
  expect(last.get(ADA)).toBe(NOW_MS + 100_000);
  isFull = false;
  add(writer, ADA, 101);
  await writer.flush();
  expect(await count('courier_position_journal')).toBe(0);
  expect((await secondsOf(ADA)).slice(-2)).toEqual([100, 101]);
  await writer.stop();
});

it('another process moves what a killed one left in the journal to its day, except for erased couriers', async () => {
  const bytes = Buffer.alloc(3 * RECORD_BYTES);
  for (const [index, courierId] of [ADA, GONE, ADA].entries()) {
    writePosition(values, 0, at(200 + index));
    writeRecord(viewOf(bytes), index * RECORD_BYTES, wordsOfUuid(courierId), 0, values, 0, 0);
  }
  const part = { seq: 1, bucket: 1, bytes };
  // Written twice, because the first write had an unknown outcome.
  await writeJournal(db.pipeline, KILLED, [part], NOW_MS - 6 * 60_000);
  await writeJournal(db.pipeline, KILLED, [part], NOW_MS - 6 * 60_000);
  // From a writer that may be alive.
  await writeJournal(db.pipeline, ALIVE, [part], NOW_MS - 60_000);
  const writer = open();
  await writer.takeOver();
  expect(await count('courier_position_journal')).toBe(1);
  expect((await secondsOf(ADA)).slice(-2)).toEqual([200, 202]);
  const { rows } = await db.pipeline.query(
    'select sum(positions)::int as positions from courier_stretches where until >= $1',
    [new Date(NOW_MS + 200_000)],
  );
  expect(rows).toEqual([{ positions: 2 }]);
  await db.pipeline.query('delete from courier_position_journal');
  await writer.stop();
});

it('nothing in transit survives a courier’s erasure', async () => {
  const writer = open();
  add(writer, GONE, 300);
  add(writer, BOB, 300);
  await writer.erase(GONE);
  expect([await secondsOf(GONE), (await secondsOf(BOB)).at(-1)]).toEqual([[], 300]);
  // Another bucket's positions stay in the journal: nothing has requested them.
  expect(await count('courier_position_journal')).toBe(1);
  await writer.stop();
});

it('nothing survives an erasure without a notification either', async () => {
  const writer = open();
  add(writer, GONE, 400);
  add(writer, BOB, 400);
  await writer.flush();
  expect([await secondsOf(GONE), (await secondsOf(BOB)).at(-1)]).toEqual([[], 400]);
  await writer.stop();
});

it('a day that cannot be written does not hold back other couriers’ positions', async () => {
  let isFirst = true;
  const writer = open((copyIn) => ({
    ...copyIn,
    async copy(target, chunks) {
      if (isFirst) {
        isFirst = false;
        throw new Error('the disk is full');
      }
      await copyIn.copy(target, chunks);
    },
  }));
  // As many of the first bucket as trigger a cut, and one of the second.
  for (let index = 0; index < 16_384; index += 1) add(writer, ADA, 500);
  add(writer, BOB, 500);
  await expect(writer.flush()).rejects.toThrow('the disk is full');
  const { rows } = await db.pipeline.query(
    'select courier_id from courier_stretches where at = $1',
    [new Date(NOW_MS + 500_000)],
  );
  expect(rows).toEqual([{ courier_id: BOB }]);
  await writer.flush();
  expect(await count('courier_position_journal')).toBe(0);
  await writer.stop();
});

it('reads the earliest of more positions than requested, and until when they are complete', async () => {
  const writer = open();
  for (const from of [1_000, 1_100, 1_200]) {
    for (let index = 0; index < 10; index += 1) add(writer, BOB, from + index);
    await writer.flush();
  }
  await writer.stop();
  const read = async (limit: number) => {
    const span = { fromMs: NOW_MS + 1_000_000, toMs: NOW_MS + 1_300_000, limit };
    const { positions, completeToMs } = await storedPositions(db.pipeline, BOB, span);
    return [positions.length, (completeToMs - NOW_MS) / 1_000];
  };
  expect(await read(31)).toEqual([30, Number.POSITIVE_INFINITY]);
  expect(await read(15)).toEqual([15, 1_104]);
  // The third stretch is not even read.
  expect(await read(20)).toEqual([20, 1_199.999]);
  const found = await stretchesBetween(db.pipeline, BOB, {
    fromMs: NOW_MS + 1_000_000,
    toMs: NOW_MS + 1_300_000,
    limit: 20,
  });
  expect([found.stretches.length, (found.leftOutFromMs - NOW_MS) / 1_000]).toEqual([2, 1_200]);
});
