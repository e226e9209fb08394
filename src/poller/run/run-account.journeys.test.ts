import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TracedSpan, useTracer } from '../../platform/tracing/tracing.ts';
import { mostInWindow } from '../test-carrier.ts';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import { LEASE_MS } from './run-account.ts';

const HOUR_MS = 3_600_000;
let poller: TestPoller;
beforeEach(async () => {
  poller = await openTestPoller();
});
afterEach(() => poller.close());

const scan = (code: string, hoursAgo = 1) => ({ code, atMs: START_MS - hoursAgo * HOUR_MS });

describe('a run of an account', () => {
  it('polls a number just registered, stores the answer and plans the next wake-up', async () => {
    poller.carrier.parcels.set('A', [scan('PICK')]);
    await poller.ingest('A');
    const outcome = await poller.run();
    expect(outcome).toMatchObject({ calls: 1, requested: 1 });
    expect(poller.inboundMessages).toMatchObject([
      {
        source: 'poll',
        trust: 'pulled',
        carrier: 'acme',
        owner: { accountId: poller.account.id },
        headers: { ':number': 'A', ':status': '200' },
      },
    ]);
    const target = await poller.target('A');
    expect(target).toMatchObject({ known: true, misses: 0, leaseUntilMs: null });
    expect(target.lastPolledAtMs).toBe(START_MS);
    expect(target.dueAtMs).toBeGreaterThan(START_MS);
    expect(outcome.nextWakeAtMs).toBeLessThanOrEqual(target.dueAtMs);
  });

  it('reports a call as a span in the trace of its result, or as a trace of its own', async () => {
    const spans: TracedSpan[] = [];
    useTracer({ keeps: () => true, record: (span) => void spans.push(span) });
    try {
      poller.carrier.parcels.set('A', [scan('PICK')]);
      await poller.ingest('A');
      await poller.run();
      poller.clock.set((await poller.target('A')).dueAtMs);
      await poller.run();
    } finally {
      useTracer(null);
    }
    const { lastInboundMessageId } = await poller.target('A');
    const about = { name: 'poll acme', kind: 'client', attributes: { 'waybill.carrier': 'acme' } };
    const calls = spans.filter(({ name }) => name.startsWith('poll'));
    expect(calls).toMatchObject([
      { ...about, trace: lastInboundMessageId, parent: lastInboundMessageId },
      about,
    ]);
    expect(calls[1]?.parent).toBeUndefined();
  });

  it('stores nothing for an answer that differs in volatile fields only, and reports that twice', async () => {
    poller.carrier.parcels.set('A', [scan('PICK')]);
    await poller.ingest('A', { status: 'picked_up', lastEventAtMs: START_MS - HOUR_MS });
    await poller.run();
    const stored = await poller.target('A');
    for (let index = 0; index < 4; index += 1) {
      poller.clock.set((await poller.target('A')).dueAtMs);
      await poller.run();
    }
    expect(poller.carrier.calls).toHaveLength(5);
    expect(poller.inboundMessages.filter(({ source }) => source === 'poll')).toHaveLength(1);
    expect(poller.notes()).toMatchObject([
      {
        note: 'pull_confirmed',
        inbound_message_id: stored.lastInboundMessageId,
        tracking_number: 'A',
      },
      { note: 'pull_confirmed', inbound_message_id: stored.lastInboundMessageId, sequence: 1 },
    ]);
    expect((await poller.target('A')).lastConfirmedAtMs).toBe(poller.clock.nowMs());
  });

  it('asks again soon when an answer leaves out what the one before had', async () => {
    poller.carrier.parcels.set('A', [scan('PICK', 3), scan('HUB')]);
    await poller.ingest('A', { status: 'at_facility', lastEventAtMs: START_MS - HOUR_MS });
    await poller.run();
    poller.carrier.parcels.set('A', [scan('PICK', 3)]);
    poller.clock.set((await poller.target('A')).dueAtMs);
    await poller.run();
    const target = await poller.target('A');
    expect(target.reason).toBe('recheck');
    expect(target.dueAtMs - poller.clock.nowMs()).toBe(600_000);
  });

  it('polls once more when a poll lacks what a push reported, though no poll ever had it', async () => {
    const ends = { status: 'delivered', lastEventAtMs: START_MS + HOUR_MS };
    poller.carrier.parcels.set('A', [scan('PICK', 3)]);
    await poller.ingest('A', { status: 'picked_up', lastEventAtMs: START_MS - 3 * HOUR_MS });
    await poller.run();
    poller.clock.set(START_MS + HOUR_MS);
    await poller.ingest('A', ends);
    poller.clock.set((await poller.target('A')).dueAtMs);
    await poller.run();
    const denied = await poller.target('A');
    expect(denied).toMatchObject({ reason: 'recheck', confirmations: 1 });
    expect(denied.dueAtMs - poller.clock.nowMs()).toBe(600_000);
    poller.clock.set(denied.dueAtMs);
    await poller.run();
    expect(await poller.target('A')).toMatchObject({ reason: 'audit', confirmations: 2 });
  });

  it('makes sure of what its last look left out before it is done with a parcel', async () => {
    poller.carrier.parcels.set('A', [scan('PICK', 3), scan('HUB')]);
    await poller.ingest('A', { status: 'delivered', lastEventAtMs: START_MS - HOUR_MS });
    await poller.run();
    poller.carrier.parcels.set('A', [scan('PICK', 3)]);
    poller.clock.advance(80 * HOUR_MS);
    await poller.run();
    expect(await poller.target('A')).toMatchObject({ reason: 'recheck', endReason: null });
    poller.clock.advance(HOUR_MS);
    await poller.run();
    expect(await poller.target('A')).toMatchObject({ endReason: 'finished' });
  });

  it('says at the first miss that the sandbox does not know a number, and once only', async () => {
    const trial = await openTestPoller({ mode: 'test', environment: 'sandbox' });
    await trial.ingest('A');
    await trial.run();
    expect(trial.notes().map(({ note }) => note)).toEqual(['not_found']);
    trial.clock.set((await trial.target('A')).dueAtMs);
    await trial.run();
    expect(trial.carrier.calls).toHaveLength(2);
    expect(trial.notes()).toHaveLength(1);
    await trial.close();
  });

  it('asks the sandbox for a newcomer’s first fifty parcels within minutes, at the carrier’s pace', async () => {
    const limits = { callsPerSecond: 0.2, callsPerDay: 250 };
    const trial = await openTestPoller({ mode: 'test', environment: 'sandbox', limits });
    await trial.ingestAll(Array.from({ length: 50 }, (_, index) => `N${index}`));
    await trial.runUntil(START_MS + 10 * 60_000);
    const numbers = new Set(trial.carrier.calls.flatMap(({ numbers }) => numbers));
    expect(numbers.size).toBe(50);
    const times = trial.carrier.calls.map(({ atMs }) => atMs);
    expect(mostInWindow(times, 60_000)).toBeLessThanOrEqual(12);
    await trial.close();
  });

  it('retains the reason why a number was not polled, whatever arrives later', async () => {
    await poller.ingest('../../x');
    poller.carrier.special.set('../../x', 'refused');
    await poller.run();
    const ended = { endReason: 'refused', why: 'It is not polled: so.' };
    expect(await poller.target('../../x')).toMatchObject(ended);
    await poller.ingest('../../x', { edd: '2026-03-12' });
    expect(await poller.target('../../x')).toMatchObject(ended);
  });

  it('leaves a number that nothing was sent for as due as it was, ahead of later ones', async () => {
    await poller.ingest('A');
    const before = await poller.target('A');
    poller.clock.advance(HOUR_MS);
    poller.carrier.special.set('A', 'unsent');
    await poller.run();
    const { dueAtMs, value } = before;
    expect(await poller.target('A')).toMatchObject({ dueAtMs, value, leaseUntilMs: null });
  });

  it.each([
    ['auth_error', 'failing_credentials'],
    ['scope_missing', 'missing_scope'],
    ['rate_limited', 'rate_limited'],
  ] as const)(
    'attributes %s to the account: no number is missed, the account pauses and reports it',
    async (outcome, health) => {
      await poller.ingestAll(['A', 'B', 'C', 'D', 'E', 'F']);
      poller.carrier.failure = { outcome, reason: 'because', retryAfterS: 120 };
      const { nextWakeAtMs } = await poller.run();
      expect(poller.carrier.calls.length).toBeLessThanOrEqual(4);
      expect(nextWakeAtMs).toBeGreaterThanOrEqual(START_MS + 120_000);
      poller.clock.set((nextWakeAtMs ?? 0) - 120_000);
      const { rows } = await poller.db.pipeline.query(
        'select type, data, sequence from event_log where subject_id = $1',
        [poller.account.id],
      );
      expect(rows).toMatchObject([
        {
          type: 'carrier_account.health_changed',
          sequence: 1,
          data: { state: health, previous_state: 'idle', label: 'main', reason: 'because' },
        },
      ]);
      expect(await poller.target('A')).toMatchObject({
        misses: 0,
        failures: 0,
        leaseUntilMs: null,
      });
      const before = poller.carrier.calls.length;
      poller.clock.advance(60_000);
      const { leaseToken } = await poller.target('A');
      await poller.run();
      expect(poller.carrier.calls).toHaveLength(before);
      // The number was not even leased: a poll after the pause finds it free.
      expect((await poller.target('A')).leaseToken).toBe(leaseToken);
      poller.carrier.failure = null;
      poller.clock.advance(70_000);
      await poller.run();
      const numbers = poller.carrier.calls.slice(before).flatMap((call) => call.numbers);
      expect(numbers.sort()).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
      const { rows: states } = await poller.db.pipeline.query(
        `select data->>'state' as state from event_log where subject_id = $1 order by sequence`,
        [poller.account.id],
      );
      expect(states.map(({ state }) => state)).toEqual([health, 'ok']);
    },
  );

  it('never asks again for a number that the carrier refuses, and tries a failing one later', async () => {
    await poller.ingestAll(['A', 'B', 'C']);
    poller.carrier.special.set('A', 'refused').set('B', 'error');
    poller.carrier.parcels.set('C', [scan('PICK')]);
    await poller.run();
    expect(await poller.target('A')).toMatchObject({ endReason: 'refused' });
    const failing = await poller.target('B');
    expect(failing).toMatchObject({ failures: 1, misses: 0, reason: 'retry' });
    // The clock advances while other calls wait for their turn.
    expect(failing.dueAtMs - START_MS).toBeGreaterThanOrEqual(300_000);
    expect(failing.dueAtMs - START_MS).toBeLessThan(302_000);
  });

  it('leases the numbers it polls, so that a second run finds nothing until the lease expires', async () => {
    await poller.ingest('A');
    let second: number | null = null;
    poller.carrier.during = async () => {
      poller.carrier.during = async () => {};
      second = (await poller.run()).calls;
    };
    await poller.run();
    expect(second).toBe(0);
    expect(poller.carrier.calls).toHaveLength(1);
  });

  it('lets a late holder store its answer but not reschedule', async () => {
    poller.carrier.parcels.set('A', [scan('PICK')]);
    await poller.ingest('A');
    let target: Awaited<ReturnType<TestPoller['target']>> | null = null;
    poller.carrier.during = async () => {
      poller.carrier.during = async () => {};
      poller.clock.advance(LEASE_MS + 1);
      poller.carrier.parcels.set('A', [scan('PICK'), scan('HUB', 0.5)]);
      await poller.run();
      target = await poller.target('A');
    };
    await poller.run();
    expect(poller.carrier.calls).toHaveLength(2);
    expect(await poller.target('A')).toEqual(target);
    expect(
      poller.inboundMessages.filter(({ source }) => source === 'poll').length,
    ).toBeGreaterThanOrEqual(1);
  });

  it('leaves a number leased although an update arrives meanwhile', async () => {
    await poller.ingest('A');
    poller.carrier.parcels.set('A', [scan('PICK')]);
    let dueAtMs = 0;
    poller.carrier.during = async () => {
      poller.carrier.during = async () => {};
      await poller.ingest('A', {
        status: 'delivered',
        confirmed: false,
        lastEventAtMs: START_MS + 1_000,
      });
      ({ dueAtMs } = await poller.target('A'));
    };
    await poller.run();
    expect(dueAtMs).toBe(START_MS + LEASE_MS);
    expect(await poller.target('A')).toMatchObject({ status: 'delivered', leaseUntilMs: null });
  });
});
