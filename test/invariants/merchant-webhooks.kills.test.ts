import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { uuidV7 } from '../../src/kernel/ids.ts';
import { type Random, randomFrom } from '../../src/kernel/seeded-random.ts';
import type { Tenant } from '../../src/kernel/tenant.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { type Clock, systemRandom } from '../../src/platform/clock.ts';
import { type Database, openDatabase } from '../../src/platform/database/database.ts';
import { appendToLog, withShard } from '../../src/platform/event-log/event-log.ts';
import type { EgressOutcome, EgressRequest } from '../../src/platform/net/egress.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { createMetrics } from '../../src/platform/observability/metrics.ts';
import { createKeyring } from '../../src/platform/sealing/sealing.ts';
import { createTestDatabase, type TestDatabase } from '../../src/platform/test-postgres.ts';
import {
  createEndpoint,
  type MerchantWebhooks,
  startMerchantWebhooks,
  type WebhookDeps,
} from '../../src/reactions/merchant-webhooks/index.ts';
import { type Mortal, startMortal } from '../support/hubs/mortal-worker.ts';

/**
 * Three workers send changes of parcels to four endpoints: one is healthy, one fails now and then,
 * one hangs now and then, and one accepts data and disconnects before it answers. The workers are
 * killed again and again, between any two of their steps. Each endpoint receives every change of
 * each parcel in order and without a gap, and repeats are identical byte by byte.
 */
const SEED = 2_718_281;
const WORKERS = 3;
/** `WAYBILL_WEBHOOK_KILLS=200` for the whole drill: a thousand changes, two minutes. */
const KILLS = Number(process.env['WAYBILL_WEBHOOK_KILLS'] ?? 60);
const PARCELS = Math.ceil(KILLS / 5);
const CHANGES_A_PARCEL = 25;
const STEPS = { min: 4, max: 40 };
/** Time runs faster, or leases and retries would make the test last for an hour. */
const SPEED = 30;
const TIMED_OUT_AFTER_MS = 12_000 / SPEED;
/** Two minutes on a busy machine. */
const CHAOS_MS_MAX = 500_000;
const SETTLED_MS_MAX = 300_000;

const startedAt = Date.now();
let skippedMs = 0;
const clock: Clock = {
  nowMs: () => startedAt + (Date.now() - startedAt) * SPEED + skippedMs,
};
/** An attempt that failed often enough is retried in an hour: skip that time. */
const WORTH_SKIPPING_MS = 90_000;
const keyring = createKeyring([Buffer.alloc(32, 9)], systemRandom);

interface Arrival {
  readonly id: string;
  readonly subject: string;
  readonly sequence: number;
  readonly previous: number | null;
  readonly accepted: boolean;
  readonly bytes: Buffer;
}

const KINDS = ['well', 'failing', 'hanging', 'breaking'] as const;
type Kind = (typeof KINDS)[number];

let database: TestDatabase;
let db: Database;
let tenant: Tenant;
const arrivals = new Map<Kind, Arrival[]>(KINDS.map((kind) => [kind, []]));
const verifiers = new Map<Kind, Webhook>();

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  const { merchantId } = await bootstrap({ db, clock, randomBytes: systemRandom }, null);
  tenant = { merchantId, mode: 'live' };
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

test(`killed ${KILLS} times, workers lose nothing, and tell each endpoint in order`, async () => {
  const random = randomFrom(SEED);
  const deps: WebhookDeps = {
    db,
    keyring,
    clock,
    randomBytes: systemRandom,
    post: receiver(random),
  };
  for (const kind of KINDS) {
    const url = `https://${kind}.example/hook`;
    const made = await createEndpoint(deps, tenant, { url, events: ['*'] });
    verifiers.set(kind, new Webhook(made?.secret ?? ''));
  }
  // The first consumer begins at the newest entry, and there is none.
  const first = startWorker(db, deps.post);
  await first.idle();
  await first.stop();

  const workers = startWorkers(deps.post, random);
  const changes = newChanges();
  const deadline = Date.now() + CHAOS_MS_MAX;
  for (let n = 0; n < PARCELS * CHANGES_A_PARCEL || workers.kills() < KILLS; n += 1) {
    if (Date.now() > deadline) break;
    if (n < PARCELS * CHANGES_A_PARCEL) await changes.next(n % PARCELS);
    // Workers die at steps, so there must be work until the last is dead.
    else if (n % 20 === 0) await changes.next(n % PARCELS);
    else await pause(5);
  }
  const kills = workers.kills();
  workers.spare();
  await settled();
  await workers.stop();

  expect(kills).toBeGreaterThanOrEqual(KILLS);
  for (const kind of KINDS) {
    const received = groupedBy(arrivals.get(kind) ?? [], ({ subject }) => subject);
    expect(received.size).toBe(PARCELS);
    for (const [subject, some] of received) expectWhole(some, changes.sequenceOf(subject));
  }
  expectSameBytes();
  const all = [...arrivals.values()].flat();
  const accepted = new Set(all.filter((each) => each.accepted).map(({ id }) => id)).size;
  process.stdout.write(
    `${kills} kills: ${all.length} requests for ${accepted} webhooks, all in order\n`,
  );
}, 900_000);

/** Everything, once and in order; a repeat comes before what follows it. */
function expectWhole(received: readonly Arrival[], last: number): void {
  let newest: number | null = null;
  for (const { sequence, previous, accepted } of received) {
    if (newest !== null && sequence < newest) throw new Error(`${sequence} after ${newest}`);
    if (newest === sequence) continue;
    expect(previous).toBe(newest);
    if (accepted) newest = sequence;
  }
  expect(newest).toBe(last);
}

function expectSameBytes(): void {
  const seen = new Map<string, Buffer>();
  for (const { id, bytes } of [...arrivals.values()].flat()) {
    const before = seen.get(id);
    if (before === undefined) seen.set(id, bytes);
    else expect(before.equals(bytes)).toBe(true);
  }
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** All four merchants' systems. Records requests on arrival. */
function receiver(random: Random): WebhookDeps['post'] {
  const tries = new Map<string, number>();
  return async ({ url, headers = {}, body }: EgressRequest): Promise<EgressOutcome> => {
    const kind = KINDS.find((each) => url.includes(each)) ?? 'well';
    const bytes = Buffer.from(body);
    const said = JSON.parse(bytes.toString('utf8'));
    expect(headers['webhook-id']).toBe(said.id);
    expectSigned(kind, bytes, headers);
    const index = (tries.get(said.id) ?? 0) + 1;
    tries.set(said.id, index);
    const isOff = kind !== 'well' && index <= 2 && random.below(5) === 0;
    arrivals.get(kind)?.push({
      id: said.id,
      subject: said.data.id,
      sequence: said.sequence,
      bytes,
      previous: said.previous_sequence,
      accepted: !isOff || kind === 'breaking',
    });
    await pause(1 + random.below(15));
    if (!isOff) return { kind: 'answer', status: 200, headers: {}, text: '', truncated: false };
    if (kind === 'failing') {
      return { kind: 'answer', status: 500, headers: {}, text: '', truncated: false };
    }
    if (kind === 'hanging') await pause(TIMED_OUT_AFTER_MS);
    const reason = kind === 'hanging' ? 'timeout' : 'network';
    return { kind: 'failed', reason, detail: 'broke off' };
  };
}

/** With the official package; the time in the header comes from a faster clock than its own. */
function expectSigned(kind: Kind, bytes: Buffer, headers: Readonly<Record<string, string>>): void {
  const signature = verifiers
    .get(kind)
    ?.sign(
      headers['webhook-id'] ?? '',
      new Date(Number(headers['webhook-timestamp']) * 1_000),
      bytes.toString('utf8'),
    );
  expect(headers['webhook-signature']).toBe(signature);
}

function startWorker(on: Pick<Database, 'pipeline'>, post: WebhookDeps['post']): MerchantWebhooks {
  return startMerchantWebhooks({
    db: on,
    keyring,
    clock,
    randomBytes: systemRandom,
    post,
    listener: { on: () => () => {} },
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ processMetrics: false }),
  });
}

function startWorkers(post: WebhookDeps['post'], random: Random) {
  const living = new Map<Mortal, MerchantWebhooks>();
  const dead: MerchantWebhooks[] = [];
  let kills = 0;
  let isOver = false;
  const startOne = (): void => {
    const steps = STEPS.min + random.below(STEPS.max - STEPS.min);
    const at = { url: database.url, admin: db.owner };
    const mortal = startMortal(at, { steps, diesAfter: random.below(2) === 0 }, () => {
      kills += 1;
      const engine = living.get(mortal);
      living.delete(mortal);
      // Ends its timers; it waits for something that never comes.
      if (engine !== undefined) dead.push(engine);
      void engine?.stop();
      void mortal.bury().catch(() => {});
      startOne();
    });
    if (isOver) mortal.spare();
    // A dead process sends nothing, and receives no answer.
    const send = (request: EgressRequest) => mortal.step(() => post(request));
    living.set(mortal, startWorker(mortal.db, send));
  };
  for (let n = 0; n < WORKERS; n += 1) startOne();
  return {
    kills: () => kills,
    spare(): void {
      isOver = true;
      for (const mortal of living.keys()) mortal.spare();
    },
    async stop(): Promise<void> {
      for (const [mortal, engine] of living) {
        await engine.stop();
        await mortal.bury();
      }
    },
  };
}

/** Changes of parcels, each with the next sequence number of its parcel. */
function newChanges() {
  const parcels = Array.from({ length: PARCELS }, (_, n) => ({
    id: uuidV7(startedAt, systemRandom(10)),
    shard: n % 64,
    sequence: 0,
  }));
  return {
    sequenceOf: (id: string) => parcels.find((parcel) => parcel.id === id)?.sequence ?? -1,
    async next(index: number): Promise<void> {
      const parcel = parcels[index];
      if (parcel === undefined) return;
      parcel.sequence += 1;
      const { id: subjectId, shard, sequence } = parcel;
      const nowMs = clock.nowMs();
      const entry = {
        id: uuidV7(nowMs, systemRandom(10)),
        tenant,
        subjectId,
        sequence,
        type: 'shipment.status_changed',
        occurredAtMs: nowMs,
        previousAttributes: {},
        data: { id: subjectId, carrier: 'acme', note: 'ü'.repeat(sequence % 7) },
      };
      await withShard(db.pipeline, shard, (tx) => appendToLog(tx, shard, [entry], nowMs));
    },
  };
}

/** Until the log has been consumed and nothing waits; skips hours in which nothing is due. */
async function settled(): Promise<void> {
  const check = async () => {
    const due = await db.owner.query<{ at: Date | null }>(
      'select min(due_at) as at from webhook_queues',
    );
    const aheadMs = (due.rows[0]?.at?.getTime() ?? 0) - clock.nowMs();
    if (aheadMs > WORTH_SKIPPING_MS) skippedMs += aheadMs;
    const { rows } = await db.owner.query<{ behind: string; waiting: string }>(
      `select (select count(*) from event_log e left join consumer_cursors c
                 on c.consumer = 'merchant-webhooks' and c.shard = e.shard
               where e.position > coalesce(c.position, 0)) as behind,
              (select count(*) from webhook_queues where due_at is not null) as waiting`,
    );
    expect(rows[0]).toEqual({ behind: '0', waiting: '0' });
  };
  await vi.waitFor(check, { timeout: SETTLED_MS_MAX, interval: 100 });
}
