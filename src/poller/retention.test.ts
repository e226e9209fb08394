import { afterEach, beforeEach, expect, test } from 'vitest';
import { dropOldPolling } from './retention.ts';
import { openTestPoller, START_MS, type TestPoller } from './test-poller.ts';

const DAY_MS = 86_400_000;
const RETENTION_MS = 90 * DAY_MS;

let poller: TestPoller;
beforeEach(async () => {
  poller = await openTestPoller();
});
afterEach(() => poller.close());

const drop = (limit = 1_000) =>
  dropOldPolling(poller.db.pipeline, START_MS - 90 * 86_400_000, limit);

async function left(column: string, table: string): Promise<unknown[]> {
  const { rows } = await poller.db.owner.query(
    `select ${column} as name from ${table} order by ${column}`,
  );
  return rows.map(({ name }) => name);
}

/** @param endedAgoMs null: still polled. */
async function parcel(number: string, endedAgoMs: number | null): Promise<void> {
  await poller.ingest(number);
  await poller.db.pipeline.query(
    `update poll_targets set ended_at = to_timestamp($2 / 1000.0), end_reason = $3
     where tracking_number = $1`,
    [number, endedAgoMs === null ? null : START_MS - endedAgoMs, endedAgoMs && 'final'],
  );
}

async function request(number: string, state: string, wantedAgoMs: number, isOver: boolean) {
  const { merchantId, mode } = poller.tenant;
  await poller.db.pipeline.query(
    `insert into proof_requests (merchant_id, mode, carrier, tracking_number, shipment_id, state,
       why, wanted_at, next_try_at)
     values ($1, $2, 'acme', $3, gen_random_uuid(), $4, 'test', to_timestamp($5 / 1000.0),
       to_timestamp($6 / 1000.0))`,
    [merchantId, mode, number, state, START_MS - wantedAgoMs, isOver ? null : START_MS],
  );
}

test('a parcel that is still polled stays, however old, and an ended one for 90 days', async () => {
  await parcel('ASKED', null);
  await parcel('ENDED', RETENTION_MS);
  await parcel('OLD', RETENTION_MS + 1_000);
  expect(await drop()).toBe(1);
  expect(await left('tracking_number', 'poll_targets')).toEqual(['ASKED', 'ENDED']);
});

test('ended parcels go a batch at a time, the longest ended first', async () => {
  for (const days of [1, 2, 3]) await parcel(`N${days}`, RETENTION_MS + days * DAY_MS);
  expect(await drop(2)).toBe(2);
  expect(await left('tracking_number', 'poll_targets')).toEqual(['N1']);
  expect(await drop(2)).toBe(1);
  expect(await drop(2)).toBe(0);
});

test('requests for proofs go when they are over, and with their parcel', async () => {
  await request('WAITING', 'waiting', RETENTION_MS + DAY_MS, false);
  await request('FRESH', 'received', RETENTION_MS - DAY_MS, true);
  await request('RECEIVED', 'received', RETENTION_MS + DAY_MS, true);
  await request('GIVEN-UP', 'given_up', RETENTION_MS + DAY_MS, true);
  await parcel('ENDED', RETENTION_MS + DAY_MS);
  await request('ENDED', 'waiting', DAY_MS, false);
  await drop();
  expect(await left('tracking_number', 'proof_requests')).toEqual(['FRESH', 'WAITING']);
});

test('the newest thirty learned tables stay, and the one in use', async () => {
  await poller.db.pipeline.query(
    `insert into hazard_tables (version, learned_at, content, active)
     select 'v' || lpad(n::text, 2, '0'), to_timestamp($1 / 1000.0) + n * interval '1 day', '{}',
       n = 3 from generate_series(1, 35) n`,
    [START_MS],
  );
  expect(await drop()).toBe(4);
  const versions = await left('version', 'hazard_tables');
  expect(versions).toHaveLength(31);
  expect(versions.slice(0, 2)).toEqual(['v03', 'v06']);
});
