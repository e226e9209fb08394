import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../kernel/ids.ts';
import { systemRandom } from '../../platform/clock.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { activeHazardTable, learningHistories, switchHazardTable } from '../relearn/relearn.ts';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import { explainPolling } from './explain-polling.ts';
import { runTimers } from './plans.ts';
import { isOwed } from './rank.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let poller: TestPoller;
beforeAll(async () => {
  poller = await openTestPoller();
});
afterAll(() => poller.close());

const timers = () => runTimers({ ...poller.deps, planOf: poller.plans.planOf });

describe('the due index', () => {
  it('ignores entries it has applied before, and those of an earlier instance after a newer one', async () => {
    const first = uuidV7(START_MS, systemRandom(10));
    await poller.ingest('L', { shipmentId: first, createdAtMs: START_MS - DAY_MS });
    const before = await poller.target('L');
    await poller.ingest('L', { shipmentId: first, sequence: 1, status: 'delivered' });
    expect(await poller.target('L')).toEqual(before);
    const second = uuidV7(START_MS, systemRandom(10));
    await poller.ingest('L', {
      shipmentId: second,
      createdAtMs: START_MS,
      sequence: 1,
      status: 'created',
    });
    await poller.ingest('L', {
      shipmentId: first,
      createdAtMs: START_MS - DAY_MS,
      sequence: 9,
      status: 'exception',
    });
    expect(await poller.target('L')).toMatchObject({ shipmentId: second, status: 'created' });
  });

  it('forgets deleted parcels, and ends those that have ended and were audited; an update reopens the latter', async () => {
    await poller.ingestAll(['D', 'E']);
    await poller.ingest('D', { type: 'shipment.deleted' });
    const { rows } = await poller.db.pipeline.query(
      `select tracking_number from poll_targets where tracking_number in ('D', 'E')`,
    );
    expect(rows).toEqual([{ tracking_number: 'E' }]);
    poller.carrier.parcels.set('E', [{ code: 'delivered', atMs: START_MS - HOUR_MS }]);
    await poller.ingest('E', { status: 'delivered', lastEventAtMs: START_MS - HOUR_MS });
    for (let index = 0; index < 6 && (await poller.target('E')).endedAtMs === null; index += 1) {
      poller.clock.set(Math.max(poller.clock.nowMs(), (await poller.target('E')).dueAtMs));
      await poller.run();
    }
    expect(await poller.target('E')).toMatchObject({ endReason: 'finished' });
    expect(poller.clock.nowMs() - START_MS).toBeGreaterThan(3 * DAY_MS - HOUR_MS);
    await poller.ingest('E', { status: 'out_for_delivery', lastEventAtMs: poller.clock.nowMs() });
    expect(await poller.target('E')).toMatchObject({ endReason: null, endedAtMs: null });
  });

  it('expects of a parcel that we say is stalled what the carrier said last', async () => {
    const lastEventAtMs = poller.clock.nowMs();
    await poller.ingest('S', { status: 'in_transit', lastEventAtMs });
    const before = await poller.target('S');
    await poller.ingest('S', {
      status: 'exception',
      subStatus: 'stalled',
      lastEventAtMs: lastEventAtMs + HOUR_MS,
    });
    const { status, subStatus, dueAtMs, history } = await poller.target('S');
    expect({ status, subStatus, history }).toEqual({
      status: 'in_transit',
      subStatus: 'stalled',
      history: before.history,
    });
    expect(dueAtMs).toBe(before.dueAtMs);
    await poller.ingest('S', { status: 'exception', lastEventAtMs: lastEventAtMs + 2 * HOUR_MS });
    expect(await poller.target('S')).toMatchObject({ status: 'exception', subStatus: null });
  });

  it('resumes a number it gave up when tracking had moved on and ignored that', async () => {
    await poller.ingest('X', { status: 'in_transit', lastEventAtMs: poller.clock.nowMs() });
    await poller.db.pipeline.query(
      `update poll_targets set ended_at = now(), end_reason = 'expired' where tracking_number = 'X'`,
    );
    await poller.ingest('X', { status: 'in_transit', edd: '2026-04-01' });
    expect(await poller.target('X')).toMatchObject({ endReason: null, endedAtMs: null });
    await poller.ingest('X', { status: 'in_transit', expired: true });
    expect(await poller.target('X')).toMatchObject({ endReason: 'expired' });
  });

  it('remembers what happened for learning, of live parcels only', async () => {
    const atMs = Math.ceil(poller.clock.nowMs() / 1_000) * 1_000;
    await poller.ingest('H', { status: 'picked_up', lastEventAtMs: atMs });
    await poller.ingest('H', { status: 'in_transit', lastEventAtMs: atMs + HOUR_MS });
    await poller.ingest('H', { status: 'in_transit', lastEventAtMs: atMs + HOUR_MS });
    const histories = await learningHistories(poller.db.pipeline, atMs - HOUR_MS);
    expect(histories.find(({ trackingNumber }) => trackingNumber === 'H')?.facts).toEqual([
      { status: 'picked_up', atMs },
      { status: 'in_transit', atMs: atMs + HOUR_MS },
    ]);
    await poller.db.owner.query(`update poll_targets set mode = 'test' where carrier = 'acme'`);
    expect(await learningHistories(poller.db.pipeline, 0)).toEqual([]);
    await poller.db.owner.query(`update poll_targets set mode = 'live' where carrier = 'acme'`);
  });

  it('reports silence once, then gives up, and says so in explain', async () => {
    await poller.ingest('S', { status: 'in_transit', lastEventAtMs: poller.clock.nowMs() });
    const { timerAtMs } = await poller.target('S');
    expect(timerAtMs).toBeGreaterThan(poller.clock.nowMs() + DAY_MS);
    const noted = () =>
      poller.notes().flatMap((note) => (note.tracking_number === 'S' ? [note.note] : []));
    await timers();
    expect(noted()).toEqual([]);
    poller.clock.set(timerAtMs ?? 0);
    await timers();
    await timers();
    expect(noted()).toEqual(['stalled']);
    await poller.ingest('S', { status: 'exception', subStatus: 'stalled' });
    poller.clock.advance(31 * DAY_MS);
    await timers();
    await timers();
    expect(noted()).toEqual(['stalled', 'expired']);
    const explained = await explainPolling(
      { db: poller.db, plans: poller.plans, policies: poller.deps.policies },
      poller.tenant,
      { carrier: 'acme', trackingNumber: 'S' },
    );
    expect(explained).toMatchObject({ ended: true, next_poll_at: null });
    expect(explained?.why).toMatch(/polling stopped/);
    await poller.ingest('S', { status: 'in_transit', lastEventAtMs: poller.clock.nowMs() });
    expect(await poller.target('S')).toMatchObject({ endReason: null });
  });

  it('verifies at once an end reported only by an unsigned push, and accepts it after a day', async () => {
    const atMs = poller.clock.nowMs();
    await poller.ingest('U', { status: 'in_transit', lastEventAtMs: atMs - HOUR_MS });
    poller.carrier.parcels.set('U', [{ code: 'in_transit', atMs: atMs - HOUR_MS }]);
    await poller.run();
    await poller.ingest('U', { status: 'delivered', confirmed: false, lastEventAtMs: atMs });
    expect(await poller.target('U')).toMatchObject({
      reason: 'confirm',
      dueAtMs: poller.clock.nowMs(),
    });
    poller.clock.advance(DAY_MS);
    await timers();
    const notes = poller.notes().filter((note) => note.tracking_number === 'U');
    expect(notes.at(-1)).toMatchObject({ note: 'confirmation_timed_out', sequence: 2 });
  });

  it('does not count the age of a parcel that was moved here as a wait for its first poll', async () => {
    const registeredMs = START_MS - 40 * DAY_MS;
    const hereMs = poller.clock.nowMs();
    await poller.ingest('M', { createdAtMs: registeredMs });
    poller.clock.advance(HOUR_MS);
    const lastEventAtMs = registeredMs + DAY_MS;
    await poller.ingest('M', { status: 'in_transit', confirmed: false, lastEventAtMs });
    const moved = await poller.target('M');
    expect(moved).toMatchObject({ createdAtMs: registeredMs, trackedSinceMs: hereMs });
    const spend = { price: 0.07, ceilingS: 8 * 3_600 };
    expect(isOwed(moved, hereMs + 7 * HOUR_MS, spend)).toBe(false);
    expect(isOwed(moved, hereMs + 8 * HOUR_MS, spend)).toBe(true);
  });

  it('shows a tenant its own numbers only', async () => {
    const deps = { db: poller.db, plans: poller.plans, policies: poller.deps.policies };
    const number = { carrier: 'acme', trackingNumber: 'H' };
    expect(await explainPolling(deps, poller.tenant, number)).not.toBeNull();
    const stranger = { merchantId: crypto.randomUUID(), mode: 'live' } as const;
    expect(await explainPolling(deps, stranger, number)).toBeNull();
  });
});

describe('the table in use', () => {
  it('is replaced, once, by a process that learned from the one in use', async () => {
    const { db } = poller;
    expect(await activeHazardTable(db.pipeline)).toBeNull();
    const table = (version: string) => ({ ...SHIPPED_PRIOR, version });
    const both = await Promise.all([
      switchHazardTable(db, null, table('a'), 0),
      switchHazardTable(db, null, table('b'), 0),
    ]);
    expect(both.filter((won) => won)).toHaveLength(1);
    const inUse = (await activeHazardTable(db.pipeline))?.version ?? '';
    expect(await switchHazardTable(db, 'other', table('c'), 0)).toBe(false);
    expect(await switchHazardTable(db, inUse, table('c'), 0)).toBe(true);
    expect((await activeHazardTable(db.pipeline))?.version).toBe('c');
  });
});
