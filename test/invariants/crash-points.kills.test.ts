import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createAccounts } from '../../src/intake/index.ts';
import type { Tenant } from '../../src/kernel/tenant.ts';
import { ensureMerchant } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { createKeyring, KEY_BYTES } from '../../src/platform/sealing/sealing.ts';
import { createEndpoint } from '../../src/reactions/merchant-webhooks/index.ts';
import { registerShipment } from '../../src/tracking/ports/shipments.ts';
import { acmeMapping, startAcme, type TestReport } from '../../src/tracking/test-acme.ts';
import type { TestTracking } from '../../src/tracking/test-tracking.ts';
import { watchedLife } from '../support/crashes/crash.ts';
import { endState, type Played } from '../support/crashes/end-state.ts';
import { openOutside } from '../support/crashes/outside.ts';
import { type Parcel, type Stage, stagesOf } from '../support/crashes/stages.ts';
import { Killed } from '../support/hubs/mortal.ts';

/**
 * A parcel goes from its carrier's push to everyone who is notified of it, each stage in a process
 * of its own. Crash points are found by observing a run without crashes: before and after each
 * statement and each exchange. Then there is a run for each of these points, with another process
 * that takes over, and in the end the state is as if nothing had happened.
 */
const HOUR_MS = 3_600_000;
/** Beyond every lease and most pauses between tries. */
const FAILOVER_MS = 200_000;
const ROUNDS_MAX = 12;
/**
 * Concurrent statements may be sent in another order: a point that one run misses may occur in
 * another.
 */
const PASSES_MAX = 3;
const GONE = { timeout: 120_000, interval: 2 };
/** For a busy machine; nothing here waits for the clock. */
const TIMEOUT_MS = 900_000;
/** Points that must be found, whatever the statements: the issue names them. */
const KNOWN: Readonly<Record<string, readonly RegExp[]>> = {
  'a push is stored': [
    /before with insert waiting_inbound_messages/,
    /after the push was answered/,
  ],
  'a push is recorded': [/insert facts/, /insert event_log/, /merge public_tracks.*commit/],
  'the due index follows': [/event_log/, /insert poll_targets/, /insert consumer_cursors/],
  'the carrier is asked': [
    /call_ledger/,
    /before the carrier/,
    /after the carrier/,
    /inbound_messages/,
  ],
  'an answer is recorded': [/insert facts/, /insert event_log/, /merge public_tracks.*commit/],
  'cases are opened': [/insert exception_cases/, /insert event_log/, /insert consumer_cursors/],
  'people are notified': [/insert notifications/, /before the email/, /after the sms/, /attempts/],
  'merchants are notified': [
    /insert webhook_deliveries/,
    /before the merchant/,
    /after the merchant/,
  ],
  'Kafka gets the events': [/event_log/, /before Kafka/, /after Kafka/, /insert consumer_cursors/],
  'parcels are counted': [/insert analytics_counts/, /insert consumer_cursors/],
  'figures are counted': [/event_log/, /insert consumer_cursors/],
};

const outside = openOutside();
const keyring = createKeyring([Buffer.alloc(KEY_BYTES, 7)], systemRandom);
let hub: TestTracking;
let stages: readonly Stage[];
let count = 0;

beforeAll(async () => {
  const mapping = acmeMapping({ DMG: 'status: exception, reason: damaged' });
  hub = await startAcme({}, () => mapping);
  await hub.worker.stop();
  stages = await stagesOf(hub, outside);
  // A new consumer begins at the newest entry: each must be known before the first.
  for (const stage of stages.slice(1)) {
    const nothing = { number: '', accountId: crypto.randomUUID(), ...noUpdates() };
    await stage.run(watchedLife(null), nothing);
  }
});
afterAll(() => hub.close());

interface Run {
  readonly state: Awaited<ReturnType<typeof endState>>;
  /** By stage. */
  readonly recordedSteps: ReadonlyMap<string, readonly string[]>;
  readonly crashed: readonly string[];
}

/** @param fatal where the process of each stage crashes; a stage that is absent does not. */
async function play(fatal: ReadonlyMap<string, string>): Promise<Run> {
  const played = await begin();
  const recordedSteps = new Map<string, readonly string[]>();
  const crashed: string[] = [];
  for (const stage of stages) {
    const life = watchedLife(fatal.get(stage.name) ?? null);
    await attempt(stage, life, played.parcel);
    recordedSteps.set(stage.name, life.steps);
    if (life.dead) crashed.push(`${stage.name}: ${fatal.get(stage.name)}`);
    if (stage.again !== true) await takeOver(stage, played.parcel);
    else if (life.dead) await attempt(stage, watchedLife(null), played.parcel);
  }
  return { state: await endState(hub, outside, played), recordedSteps, crashed };
}

async function attempt(stage: Stage, life: ReturnType<typeof watchedLife>, parcel: Parcel) {
  try {
    await stage.run(life, parcel);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  if (life.dead) await vi.waitFor(expectGone, GONE);
}

/** Until the server notices the cut connections, dead processes keep their locks. */
async function expectGone(): Promise<void> {
  const { rows } = await hub.db.owner.query(
    `select from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid()
       and (a.state <> 'idle'
            or exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'advisory'))`,
  );
  expect(rows).toHaveLength(0);
}

/** Another process goes on once the leases of the dead have ended, as often as something waits. */
async function takeOver(stage: Stage, parcel: Parcel): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    hub.clock.advance(FAILOVER_MS);
    await stage.run(watchedLife(null), parcel);
    if (!(await isWaiting())) return;
  }
}

async function isWaiting(): Promise<boolean> {
  const { rows } = await hub.db.owner.query<{ waiting: boolean }>(
    `select exists (select from notifications where state in ('queued', 'postponed', 'sending'))
       or exists (select from webhook_queues where due_at is not null)
       or exists (select from waiting_inbound_messages) as waiting`,
  );
  return rows[0]?.waiting === true;
}

async function begin(): Promise<Played & { readonly parcel: Parcel }> {
  count += 1;
  const { clock, db } = hub;
  clock.set(Math.ceil(clock.nowMs() / HOUR_MS + 1) * HOUR_MS);
  const startMs = clock.nowMs();
  const number = `ACME-CRASH-${String(count).padStart(5, '0')}`;
  const name = `crash-${count}`;
  const { id: merchantId } = await ensureMerchant(db.pipeline, {
    id: crypto.randomUUID(),
    slug: name,
    name,
  });
  const tenant: Tenant = { merchantId, mode: 'live' };
  const deps = {
    db,
    keyring,
    clock,
    randomBytes: systemRandom,
    post: outside.post(watchedLife(null)),
  };
  await createEndpoint(deps, tenant, { url: 'https://shop.example/hook', events: ['*'] });
  const { id: accountId } = await createAccounts(deps).create(tenant, {
    carrier: 'acme',
    label: 'main',
    credentials: { key: 'test-key' },
  });
  const recipient = { email: 'ada@example.com', phone: '+12125550123' };
  const { shipment } = await registerShipment(hub.deps, tenant, {
    carrier: 'acme',
    trackingNumber: number,
    personal: { recipient, origin: null, destination: null },
  });
  const at = (hoursBefore: number) =>
    new Date(startMs - (hoursBefore + 5) * HOUR_MS).toISOString().slice(0, 19);
  const pushed: TestReport = { number, events: [{ code: 'PICK', at: at(9), city: 'Springfield' }] };
  const polled: TestReport = {
    number,
    events: [
      ...pushed.events,
      { code: 'HUB', at: at(6) },
      { code: 'OFD', at: at(3) },
      { code: 'DMG', at: at(1) },
    ],
  };
  const parcel = { number, accountId, pushed, polled };
  return { tenant, shipmentId: shipment.id, number, startMs, parcel };
}

function noUpdates(): Pick<Parcel, 'pushed' | 'polled'> {
  return { pushed: { number: '', events: [] }, polled: { number: '', events: [] } };
}

/** The points that are left of each stage, one each. */
function nextOf(left: ReadonlyMap<string, readonly string[]>, index: number): Map<string, string> {
  return new Map(
    [...left].flatMap(([name, points]) => {
      const point = points[index];
      return point === undefined ? [] : [[name, point] as const];
    }),
  );
}

const mostOf = (points: ReadonlyMap<string, readonly string[]>): number =>
  Math.max(...[...points.values()].map((some) => some.length));

it(
  'a crash at any point of any stage leaves nothing undone and nothing done twice',
  async () => {
    const whole = await play(new Map());
    // A difference without a crash would hide the effect of a crash.
    expect((await play(new Map())).state).toEqual(whole.state);
    const crashed = new Set<string>();
    const differing: unknown[] = [];
    let left = whole.recordedSteps;
    for (let pass = 0; pass < PASSES_MAX; pass += 1) {
      for (let index = 0; index < mostOf(left); index += 1) {
        const run = await play(nextOf(left, index));
        const wrong = Object.keys(whole.state).filter(
          (part) => !isDeepStrictEqual(run.state[part], whole.state[part]),
        );
        for (const part of wrong) {
          differing.push({ crashed: run.crashed, part, is: run.state[part] });
        }
        for (const point of run.crashed) crashed.add(point);
      }
      left = new Map(
        [...left].map(([name, some]) => [name, some.filter((p) => !crashed.has(`${name}: ${p}`))]),
      );
    }
    expect(differing).toEqual([]);
    const missed = [...left].flatMap(([name, some]) => some.map((point) => `${name}: ${point}`));
    process.stdout.write(
      `crashed at ${crashed.size} points; no run came to ${missed.length} others ${missed.join(', ')}\n`,
    );
    const unknown = stages.flatMap(({ name }) => {
      const points = [...crashed].filter((point) => point.startsWith(`${name}: `));
      return (KNOWN[name] ?? [/no stage without/])
        .filter((known) => !points.some((point) => known.test(point)))
        .map((known) => ({ known: String(known), points }));
    });
    expect(unknown).toEqual([]);
  },
  TIMEOUT_MS,
);
