import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { countRows } from '../../../test/support/count-rows.ts';
import { readEntry } from '../../events/read-entry.ts';
import { DEMO_TENANT } from '../../kernel/tenant.ts';
import { addDemo, askToRemoveDemo, findDemo } from '../../merchants/index.ts';
import { openLocalBlobs } from '../../platform/blobs.ts';
import { systemRandom } from '../../platform/clock.ts';
import { createEventFeed } from '../../platform/event-log/event-feed.ts';
import { startConsumer } from '../../platform/event-log/log-consumer.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createKeyring, KEY_BYTES } from '../../platform/sealing/sealing.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { readAnalytics } from '../../reactions/analytics/index.ts';
import {
  createExceptions,
  type ExceptionsDeps,
  readPolicyFile,
} from '../../reactions/exceptions/index.ts';
import { endedBefore } from '../../tracking/erasing/erase.sql.ts';
import {
  openPersonal,
  patchShipment,
  shipmentsByNumber,
  viewShipment,
} from '../../tracking/ports/shipments.ts';
import { startTestTracking, type TestTracking } from '../../tracking/test-tracking.ts';
import type { DemoParcel } from './demo-parcel.ts';
import { planHistory } from './plan-history.ts';
import { startDemo } from './start-demo.ts';
import { testHistoryParts } from './test-demo.ts';

const NOW_MS = Date.parse('2026-11-25T12:00:00Z');
const DAY_MS = 86_400_000;
const log = createLog({ level: 'silent' });

let made: Awaited<ReturnType<typeof testHistoryParts>>;
/** A part of the history, with each kind of trouble. */
let parcels: readonly DemoParcel[];
beforeAll(async () => {
  made = await testHistoryParts();
  const all = planHistory(made.parts, NOW_MS).filter(
    ({ createdAtMs }) => createdAtMs > NOW_MS - 25 * DAY_MS,
  );
  const isTroubled = ({ scans }: DemoParcel) => scans.some(({ status }) => status === 'exception');
  parcels = [...all.filter(isTroubled), ...all.filter((each) => !isTroubled(each)).slice(-20)];
});

let hub: TestTracking;
let exceptions: ExceptionsDeps;
let folder: string;
beforeEach(async () => {
  const { registry, mappings } = made;
  const messages = messagesIn('en').status;
  hub = await startTestTracking({ registry, mappings, messages, nowMs: NOW_MS });
  folder = mkdtempSync(join(tmpdir(), 'waybill-demo-'));
  exceptions = {
    tracking: hub.deps,
    policy: await readPolicyFile(`${PROJECT_ROOT}config/exception-policy.yaml`),
    carriers: null,
    blobs: openLocalBlobs(folder),
    log,
  };
});
afterEach(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the background work once; `wait` stands for its pauses, and may throw as a kill would. */
async function work(wait: () => Promise<void> = async () => {}): Promise<void> {
  const listener = { on: () => () => {} };
  const { db, clock } = hub;
  const plan = () => parcels;
  const rest = { clock, plan, log, listener, isRealWorkWaiting: () => false };
  const demo = startDemo({ db, exceptions, wait, ...rest });
  try {
    await demo.now();
  } finally {
    await demo.stop();
  }
}

async function makeDemo(): Promise<void> {
  await addDemo(hub.db.pipeline, NOW_MS);
  await work();
}

/** Fails at that pause. */
function killedAfter(pauses: number): () => Promise<void> {
  let left = pauses;
  return async () => {
    left -= 1;
    if (left < 0) throw new Error('killed');
  };
}

const rowsIn = async (demoOnly: boolean) =>
  (await countRows(hub.db, demoOnly ? DEMO_TENANT.merchantId : undefined)).rows;

it('makes parcels, timelines, cases and counts, and nothing that leaves the console', async () => {
  await makeDemo();
  expect((await findDemo(hub.db.pipeline))?.demoState).toBe('made');
  expect(Object.keys(await rowsIn(true))).toEqual([
    'analytics_counts',
    'analytics_parcels',
    'case_events',
    'exception_cases',
    'facts',
    'public_tracks',
    'shipment_people',
    'shipment_terms',
    'shipments',
    'snapshots',
  ]);
});

it('shows each parcel as its carrier would have reported it', async () => {
  await makeDemo();
  const planned = parcels.find(({ scans }) => scans.at(-1)?.status === 'delivered');
  if (planned === undefined) throw new Error('nothing was delivered');
  const { service, trackingNumber, createdAtMs, recipient, promisedOn } = planned;
  const [shipment] = await shipmentsByNumber(hub.db.pipeline, [
    { carrier: service.carrier, trackingNumber },
  ]);
  const view = await viewShipment(hub.deps, DEMO_TENANT, shipment?.id ?? '');
  expect(view?.shipment).toMatchObject({
    state: { status: 'delivered' },
    serviceLevel: service.name,
    promisedDate: promisedOn,
  });
  expect(Math.abs((view?.shipment.createdAtMs ?? 0) - createdAtMs)).toBeLessThan(DAY_MS / 2);
  // The newest is first.
  expect(view?.events.map(({ status }) => status)).toEqual(
    planned.scans.map(({ status }) => status).toReversed(),
  );
  const { city } = planned.destination;
  expect(view?.events[0]).toMatchObject({ place: { city } });
  const opened = openPersonal(shipment?.sealedPersonal ?? null, hub.deps.sealer);
  expect(opened).toMatchObject({ recipient, destination: { name: recipient.name } });
});

it('has cases that ended long ago, some that are open, and figures of each week', async () => {
  await makeDemo();
  const { list } = createExceptions(exceptions);
  const cases = await list(DEMO_TENANT, { filter: {}, after: null, limit: 200 });
  const states = cases.map(({ exceptionCase }) => exceptionCase);
  expect(states.some(({ state }) => state === 'open')).toBe(true);
  const closed = states.filter(({ state }) => state === 'closed');
  expect(closed.length).toBeGreaterThan(3);
  for (const { openedAtMs, closedAtMs } of closed) {
    expect(openedAtMs).toBeLessThan(NOW_MS);
    expect(closedAtMs).toBeGreaterThan(openedAtMs);
  }
  const query = { weeks: 6, by: 'carrier', carrier: null, nowMs: NOW_MS } as const;
  const { total, weeks } = await readAnalytics(hub.db, DEMO_TENANT, query);
  expect(total.registered).toBe(parcels.length);
  expect(total.onTimeShare).toBeGreaterThan(0);
  expect(total.cases).toBe(cases.length);
  expect(weeks.filter(({ figures }) => figures.registered > 0).length).toBeGreaterThan(2);
});

it('hides what is changed later from feeds and consumers, except where only pages show it', async () => {
  await makeDemo();
  const [one] = parcels;
  const number = { carrier: one?.service.carrier ?? '', trackingNumber: one?.trackingNumber ?? '' };
  const [shipment] = await shipmentsByNumber(hub.db.pipeline, [number]);
  const consumed: Record<string, string[]> = { others: [], pages: [] };
  for (const [name, seesDemo] of [
    ['others', false],
    ['pages', true],
  ] as const) {
    const handle = async (entries: readonly { type: string }[]) => {
      consumed[name]?.push(...entries.map(({ type }) => type));
    };
    const consumer = startConsumer({ name, db: hub.db, log, read: readEntry, handle, seesDemo });
    await patchShipment(hub.deps, DEMO_TENANT, shipment?.id ?? '', { tags: [name] });
    await hub.register({ carrier: 'ups', trackingNumber: '1Z999AA10300000019' });
    await consumer.idle();
    expect(await consumer.lag()).toBe(0);
    await consumer.stop();
  }
  expect(consumed['others']).toEqual(['shipment.created']);
  expect(consumed['pages']).toContain('shipment.updated');
  const keyring = createKeyring([Buffer.alloc(KEY_BYTES, 7)], systemRandom);
  const feed = createEventFeed({ db: hub.db, keyring, read: readEntry });
  const page = await feed.read(DEMO_TENANT, { after: null, limit: 100 });
  expect(page).toMatchObject({ kind: 'page', entries: [], hasMore: false });
});

it('is handled by no other consumer of the log than those of cases and charts', () => {
  const files = readdirSync(`${PROJECT_ROOT}src`, { recursive: true, encoding: 'utf8' });
  const seeing = files.filter(
    (file) =>
      file.endsWith('.ts') &&
      !file.endsWith('.test.ts') &&
      readFileSync(`${PROJECT_ROOT}src/${file}`, 'utf8').includes('seesDemo: true'),
  );
  expect(seeing.sort()).toEqual([
    'reactions/analytics/counting.ts',
    'reactions/exceptions/exceptions.ts',
  ]);
});

it('stays although carriers’ terms demand the deletion of delivered parcels', async () => {
  await makeDemo();
  for (const { name } of made.registry.list().map(({ manifest }) => manifest))
    expect(await endedBefore(hub.db.pipeline, name, NOW_MS, 10)).toEqual([]);
});

it('leaves no row behind when it is removed', async () => {
  const before = await rowsIn(false);
  expect((await countRows(hub.db)).unreadable).toEqual([]);
  await makeDemo();
  await patchShipment(hub.deps, DEMO_TENANT, await anyShipment(), { tags: ['mine'] });
  expect(await rowsIn(false)).not.toEqual(before);
  await askToRemoveDemo(hub.db.pipeline);
  await work();
  expect(await rowsIn(false)).toEqual(before);
  expect(await findDemo(hub.db.pipeline)).toBeNull();
});

it('does not sign out those who open it before it is filled', async () => {
  await addDemo(hub.db.pipeline, NOW_MS);
  await hub.db.pipeline.query(
    `with k as (insert into api_keys (id, merchant_id, mode, name, prefix, key_hash, scopes)
       select gen_random_uuid(), id, 'test', 'first', 'wb_test_', '\\x00', '{}'
       from merchants where id <> $1 limit 1 returning id)
     insert into member_sessions (token_hash, api_key_id, merchant_id, mode, created_at, expires_at)
     select '\\x01', id, $1, 'test', now(), now() + interval '12 h' from k`,
    [DEMO_TENANT.merchantId],
  );
  await work();
  expect((await rowsIn(true))['member_sessions']).toBe(1);
});

it('begins again after it was killed while making', async () => {
  await makeDemo();
  const whole = await rowsIn(true);
  await askToRemoveDemo(hub.db.pipeline);
  await work();
  await addDemo(hub.db.pipeline, NOW_MS);
  await expect(work(killedAfter(130))).rejects.toThrow('killed');
  expect((await rowsIn(true))['shipments']).toBeGreaterThan(0);
  expect((await findDemo(hub.db.pipeline))?.demoState).toBe('making');
  await work();
  expect(await rowsIn(true)).toEqual(whole);
});

it('continues after it was killed while removing', async () => {
  const before = await rowsIn(false);
  await makeDemo();
  await askToRemoveDemo(hub.db.pipeline);
  await expect(work(killedAfter(60))).rejects.toThrow('killed');
  expect((await findDemo(hub.db.pipeline))?.demoState).toBe('removing');
  await work();
  expect(await rowsIn(false)).toEqual(before);
});

it('stops making it when it is to be removed', async () => {
  const before = await rowsIn(false);
  await addDemo(hub.db.pipeline, NOW_MS);
  let pauses = 0;
  await work(async () => {
    pauses += 1;
    if (pauses === 130) await askToRemoveDemo(hub.db.pipeline);
  });
  expect((await findDemo(hub.db.pipeline))?.demoState).toBe('removing');
  await work();
  expect(await rowsIn(false)).toEqual(before);
});

async function anyShipment(): Promise<string> {
  const [one] = parcels;
  const number = { carrier: one?.service.carrier ?? '', trackingNumber: one?.trackingNumber ?? '' };
  return (await shipmentsByNumber(hub.db.pipeline, [number]))[0]?.id ?? '';
}
