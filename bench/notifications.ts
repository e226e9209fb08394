import { cpus } from 'node:os';
import { uuidV7 } from '../src/kernel/ids.ts';
import type { Tenant } from '../src/kernel/tenant.ts';
import { systemClock, systemRandom } from '../src/platform/clock.ts';
import { openDatabase } from '../src/platform/database/database.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { appendToLog, type NewLogEntry, withShard } from '../src/platform/event-log/event-log.ts';
import { createLog } from '../src/platform/observability/log.ts';
import { createEnvelopeSealer, createKeyring } from '../src/platform/sealing/sealing.ts';
import { startTestPostgres } from '../src/platform/test-postgres.ts';
import {
  createNotifications,
  ruleSet,
  startNotifications,
} from '../src/reactions/notifications/index.ts';
import { shardOf } from '../src/tracking/ports/public-tracks.ts';
import {
  createTracking,
  registerShipment,
  type Shipment,
  shipmentJson,
} from '../src/tracking/ports/shipments.ts';
import { naiveNotifications } from './baselines/naive-notifications.ts';
import { isShort, median, report, say } from './figures/report.ts';

/**
 * Measures how many log entries a second are recorded and decided, each with one mail to one
 * recipient, by one process without a channel, which it notices last; compared with a loop that
 * decides one entry per transaction.
 */
const PARCELS = isShort() ? 600 : 6_000;
const ROUNDS = isShort() ? 2 : 7;
/** A sample for the naive loop, which is slow. */
const NAIVE_PARCELS = PARCELS / 6;
const AT_ONCE = 12;
/** The time between rounds, longer than the window that suppresses repeats. */
const ROUND_MS = 40 * 60_000;

const postgres = await startTestPostgres({ durable: true });
await migrate(postgres.url);
const db = openDatabase({ url: postgres.url });
const keyring = createKeyring([Buffer.alloc(32, 0xcd)], systemRandom);
const sealer = createEnvelopeSealer(keyring);
const tracking = createTracking({
  db,
  sealer,
  clock: systemClock,
  randomBytes: systemRandom,
  adapter: () => null,
  mapping: () => null,
  describe: () => '',
});
const deps = { db, tracking, keyring, clock: systemClock, randomBytes: systemRandom };
const log = createLog({ level: 'warn' });
const installationRules = ruleSet.parse({
  rules: [
    { name: 'mail', milestones: ['picked_up'], channels: ['email'], audience: ['recipient'] },
  ],
});
try {
  const tenant = await newTenant();
  const parcels = await newParcels(tenant);
  await decideAll();
  const ours: number[] = [];
  const theirs: number[] = [];
  const tooksMs: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    await happenToAll(parcels, round);
    const tookMs = await decideAll();
    const engine = Math.round(parcels.length / (tookMs / 1_000));
    const naive = await naiveNotifications(db, sealer, NAIVE_PARCELS);
    say(`round ${round}: engine ${engine}/s, naive ${naive}/s`);
    // The first round opens connections and compiles code.
    if (round > 0) {
      ours.push(engine);
      theirs.push(naive);
      tooksMs.push(Math.round(tookMs));
    }
  }
  const { rows } = await db.pipeline.query<{ decided: number }>(
    `select count(*)::int as decided from notifications where reason = 'no_channel'`,
  );
  if (rows[0]?.decided !== (ROUNDS + 1) * PARCELS) throw new Error('not each entry was decided');
  report({
    bench: 'notifications',
    value: median(ours),
    unit: 'entries/s',
    baseline: median(theirs),
    p50_ms: median(tooksMs),
    p99_ms: Math.max(...tooksMs),
    conditions: {
      entries_a_round: PARCELS,
      rounds: ROUNDS,
      mails_an_entry: 1,
      processes: 1,
      value_is: 'from the log, in which all has happened, until the last decision is on disk',
      ms_are: 'of a round; p99 is its longest',
      baseline_is: 'entry by entry: parcel, rules, what was sent, a row, each in one transaction',
      fsync: true,
      cores: cpus().length,
    },
  });
} finally {
  await db.end();
  await postgres.stop();
}

/** Decides everything in the log. @returns the milliseconds this took. */
async function decideAll(): Promise<number> {
  const startedAt = performance.now();
  const running = startNotifications({
    ...deps,
    log,
    notifications: createNotifications({ ...deps, log, installationRules }),
    listener: { on: () => () => {} },
    channelsOf: async () => [],
    eraseMailbox: async () => {},
    render: async () => ({ kind: 'sms', text: '' }),
    publicUrl: () => 'https://hub.example',
  });
  await running.idle();
  const tookMs = performance.now() - startedAt;
  await running.stop();
  return tookMs;
}

async function newTenant(): Promise<Tenant> {
  const merchantId = uuidV7(Date.now(), systemRandom(10));
  await db.pipeline.query('insert into merchants (id, slug, name) values ($1, $2, $2)', [
    merchantId,
    'bench',
  ]);
  return { merchantId, mode: 'live' };
}

async function newParcels(tenant: Tenant): Promise<readonly Shipment[]> {
  const made: Shipment[] = [];
  let next = 0;
  async function make(): Promise<void> {
    for (let index = next; index < PARCELS; index = next) {
      next += 1;
      const recipient = { name: `Reader ${index}`, email: `r${index}@example.com`, locale: 'en' };
      const { shipment } = await registerShipment(tracking, tenant, {
        carrier: 'acme',
        trackingNumber: `BENCH${index}`,
        orderIds: [`order-${index}`],
        personal: { recipient, origin: null, destination: { country: 'US', postal_code: '10001' } },
      });
      made.push(shipment);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, make));
  return made;
}

/** Adds the same log entry for each of the parcels, with a transaction for each shard. */
async function happenToAll(parcels: readonly Shipment[], round: number): Promise<void> {
  const atMs = Date.now() + round * ROUND_MS;
  const byShard = new Map<number, NewLogEntry[]>();
  for (const parcel of parcels) {
    const shard = shardOf(parcel.carrier, parcel.trackingNumber);
    byShard.set(shard, [...(byShard.get(shard) ?? []), entryOf(parcel, round, atMs)]);
  }
  for (const [shard, entries] of byShard) {
    await withShard(db.pipeline, shard, (tx) => appendToLog(tx, shard, entries, atMs));
  }
}

function entryOf(parcel: Shipment, round: number, atMs: number): NewLogEntry {
  return {
    id: uuidV7(Date.now(), systemRandom(10)),
    tenant: { ...parcel },
    subjectId: parcel.id,
    sequence: round + 2,
    type: 'shipment.status_changed',
    occurredAtMs: atMs,
    data: { ...shipmentJson(parcel, ''), status: 'picked_up' },
    previousAttributes: { status: 'created' },
  };
}
