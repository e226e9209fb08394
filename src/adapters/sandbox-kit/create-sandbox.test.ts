import { describe, expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { sandboxClock } from './clock.ts';
import { createSandbox, type SandboxOptions, type SandboxReply } from './create-sandbox.ts';
import type { OutgoingPush } from './pushes/pushes.ts';
import type { VisibleParcel } from './scenarios/scenario.ts';
import { AUTHORIZED, testCarrier } from './test-carrier.ts';

const START_MS = Date.UTC(2026, 2, 1, 9);
const HOUR_MS = 3_600_000;

function open(more: Partial<SandboxOptions> = {}) {
  const delivered: OutgoingPush[] = [];
  const sandbox = createSandbox({
    carriers: [testCarrier],
    clock: sandboxClock(manualClock(START_MS), { speed: 0 }),
    deliver: async (push) => {
      delivered.push(push);
      return 200;
    },
    rates: { acme: [] },
    ...more,
  });
  const ask = (number: string) =>
    sandbox.ask('acme', { method: 'GET', path: `/${number}`, headers: AUTHORIZED });
  const codes = (number: string) =>
    parcelOf(ask(number))?.lives.map(({ events }) => events.map((event) => event.codes['code']));
  const pushedCodes = () =>
    delivered.map(({ body }) => (JSON.parse(body) as { code: string }).code);
  return { sandbox, ask, codes, delivered, pushedCodes };
}

function statusOf(response: SandboxReply): number | string {
  return response.kind === 'answer' ? response.answer.status : response.kind;
}

function parcelOf(response: SandboxReply): VisibleParcel | null {
  if (response.kind !== 'answer' || response.answer.status !== 200) return null;
  return JSON.parse(response.answer.body) as VisibleParcel;
}

describe('numbers', () => {
  it('that nobody registered are not found', () => {
    expect(statusOf(open().ask('NOBODY'))).toBe(404);
  });

  it('that are magic have their whole scenario behind them', () => {
    expect(open().codes('MAGIC3')).toEqual([['A', 'B', 'C']]);
  });

  it('that begin now move with the clock, and show a scan only when it is visible', async () => {
    const { sandbox, ask, codes } = open();
    sandbox.register('acme', { number: 'N1', scenario: 'three-scans' });
    expect(statusOf(ask('N1'))).toBe(404);
    await sandbox.advance(2 * 60_000);
    expect(codes('N1')).toEqual([['A']]);
    await sandbox.advance(HOUR_MS);
    expect(codes('N1')).toEqual([['A', 'B']]);
    expect(parcelOf(ask('N1'))?.lives[0]).toMatchObject({
      events: [{ atMs: START_MS }, { atMs: START_MS + HOUR_MS }],
      estimate: { atMs: START_MS + 5 * HOUR_MS, untilMs: START_MS + 6 * HOUR_MS },
    });
  });

  it('play the same scenario faster at another pace', async () => {
    const { sandbox, codes } = open();
    sandbox.register('acme', { number: 'N1', scenario: 'three-scans', pace: 3_600 });
    await sandbox.advance(2_040);
    expect(codes('N1')).toEqual([['A', 'B', 'C']]);
  });

  it('lose a scan that is retracted', async () => {
    const { sandbox, codes } = open();
    sandbox.register('acme', { number: 'N1', scenario: 'taken-back' });
    await sandbox.advance(1.5 * HOUR_MS);
    expect(codes('N1')).toEqual([['A', 'X']]);
    await sandbox.advance(HOUR_MS);
    expect(codes('N1')).toEqual([['A']]);
  });

  it('used twice keep their old history unchanged, however fast the new one plays', async () => {
    const { sandbox, ask, codes } = open();
    sandbox.register('acme', { number: 'N1', scenario: 'two-lives', pace: 3_600 });
    await sandbox.advance(1_000);
    expect(codes('N1')).toEqual([['OLD'], ['NEW']]);
    const [old, young] = parcelOf(ask('N1'))?.lives ?? [];
    expect(old?.startedAtMs).toBe(START_MS - 2_400 * HOUR_MS);
    expect(old?.seed).not.toBe(young?.seed);
  });

  it('that nobody registered play a scenario chosen by the seed if configured, always the same', () => {
    const scenarios = (seed: string) => {
      const { sandbox, ask } = open({ unknownNumbers: 'seeded', seed });
      const numbers = Array.from({ length: 40 }, (_, index) => `N${index}`);
      for (const number of numbers) ask(number);
      return sandbox.parcels('acme').map(({ scenario }) => scenario);
    };
    expect(scenarios('one')).toEqual(scenarios('one'));
    expect(scenarios('one')).not.toEqual(scenarios('two'));
    expect(new Set(scenarios('one')).size).toBeGreaterThan(2);
  });

  it('go on with their scenario in another run, when it begins at the same moment', async () => {
    const first = open();
    const parcel = first.sandbox.register('acme', { number: 'N1', scenario: 'three-scans' });
    await first.sandbox.advance(1.5 * HOUR_MS);
    const second = open({ clock: first.sandbox.clock });
    second.sandbox.register('acme', { ...parcel, start: { atMs: parcel.startMs } });
    expect(second.ask('N1')).toEqual(first.ask('N1'));
  });

  it('that are magic are settled before one moment, in every run alike', async () => {
    const settledBeforeMs = START_MS - 1_000 * HOUR_MS;
    const early = open({ settledBeforeMs });
    const late = open({ settledBeforeMs });
    await late.sandbox.advance(500 * HOUR_MS);
    expect(late.ask('MAGIC3')).toEqual(early.ask('MAGIC3'));
  });

  it('take an event by hand, shown and pushed at once', async () => {
    const { sandbox, codes, pushedCodes } = open();
    sandbox.register('acme', { number: 'N1', scenario: 'three-scans', start: 'settled' });
    sandbox.subscribe('acme', { account: 't', numbers: ['N1'], url: 'http://x/', secret: 's' });
    sandbox.addEvent('acme', 'N1', { codes: { code: 'HAND' }, text: 'by hand', place: null });
    await sandbox.pump();
    expect(codes('N1')).toEqual([['A', 'B', 'C', 'HAND']]);
    expect(pushedCodes()).toEqual(['HAND']);
  });
});

describe('limits', () => {
  it('refuse excess calls and record them', () => {
    const { sandbox, ask } = open({ rates: {} });
    const statuses = [1, 2, 3, 4].map(() => statusOf(ask('MAGIC3')));
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(sandbox.callFigures('acme')).toMatchObject({ calls: 4, violations: 1 });
    expect(sandbox.rateFigures('acme')).toMatchObject([{ calls: 3, peak: 4, violations: 1 }]);
    expect(sandbox.calls.list({ carrier: 'acme', limit: 1 })).toMatchObject([
      { status: 429, violation: 'minute', account: 'tester', path: '/MAGIC3' },
    ]);
  });

  it('continue to count when single calls are no longer recorded', () => {
    const { sandbox, ask } = open({ recordsMax: 10 });
    for (let index = 0; index < 100; index += 1) ask('MAGIC3');
    expect(sandbox.callFigures('acme').calls).toBe(100);
    expect(sandbox.calls.list().length).toBeLessThanOrEqual(20);
  });
});

describe('faults', () => {
  it('answer an outage as the carrier does, drop the connection, or never answer', () => {
    const { sandbox, ask } = open();
    const said = (['unavailable', 'refused', 'hangs'] as const).map((how) => {
      const { id } = sandbox.faults.add({ kind: 'outage', how });
      const status = statusOf(ask('MAGIC3'));
      sandbox.faults.lift(id);
      return status;
    });
    expect(said).toEqual([503, 'dropped', 'hangs']);
    expect(statusOf(ask('MAGIC3'))).toBe(200);
  });

  it('begin and end by the clock', async () => {
    const { sandbox, ask } = open();
    sandbox.faults.add({ kind: 'outage', fromMs: START_MS + 1_000, untilMs: START_MS + 2_000 });
    const statuses = [statusOf(ask('MAGIC3'))];
    await sandbox.advance(1_000);
    statuses.push(statusOf(ask('MAGIC3')));
    await sandbox.advance(1_000);
    statuses.push(statusOf(ask('MAGIC3')));
    expect(statuses).toEqual([200, 503, 200]);
  });

  it('touch their share of the calls, the same ones in every run', () => {
    const statuses = () => {
      const { sandbox, ask } = open();
      sandbox.faults.add({ kind: 'server_errors', share: 0.3 });
      return Array.from({ length: 200 }, () => statusOf(ask('MAGIC3')));
    };
    const first = statuses();
    expect(first).toEqual(statuses());
    const failed = first.filter((status) => status === 500).length;
    expect(failed).toBeGreaterThan(40);
    expect(failed).toBeLessThan(80);
  });

  it('touch the account they are about and no other', () => {
    const { sandbox, ask } = open();
    sandbox.faults.add({ kind: 'rate_limited', account: 'somebody else' });
    expect(statusOf(ask('MAGIC3'))).toBe(200);
    sandbox.faults.add({ kind: 'rate_limited', account: 'tester' });
    expect(statusOf(ask('MAGIC3'))).toBe(429);
    expect(sandbox.callFigures('acme').violations).toBe(0);
  });

  it('make answers slow without making them wrong', () => {
    const { sandbox, ask } = open();
    sandbox.faults.add({ kind: 'slow', delayMs: 30_000 });
    expect(ask('MAGIC3')).toMatchObject({
      kind: 'answer',
      delayMs: 30_000,
      answer: { status: 200 },
    });
  });

  it('make credentials wrong', () => {
    const { sandbox, ask } = open();
    sandbox.setCredentials('acme', 'tester', null, 'wrong');
    expect(statusOf(ask('MAGIC3'))).toBe(401);
  });
});

describe('pushes', () => {
  const hook = { account: 't', url: 'http://hub/hook', secret: 's' };

  it('leave at the moment a scan becomes visible, and only to those who subscribed before', async () => {
    const { sandbox, pushedCodes, delivered } = open();
    sandbox.register('acme', { number: 'N1', scenario: 'three-scans' });
    await sandbox.advance(HOUR_MS);
    sandbox.subscribe('acme', { ...hook, numbers: ['N1'] });
    await sandbox.advance(2 * HOUR_MS);
    expect(pushedCodes()).toEqual(['B', 'C']);
    expect(delivered[0]?.url).toBe('http://hub/hook');
    const times = sandbox.pushes('acme').map(({ atMs }) => (atMs - START_MS) / 60_000);
    expect(times).toEqual([62, 122]);
  });

  it('cover all numbers of an account, those registered later too', async () => {
    const { sandbox, pushedCodes } = open();
    sandbox.subscribe('acme', { ...hook, numbers: null });
    sandbox.register('acme', { number: 'N1', scenario: 'three-scans' });
    await sandbox.advance(3 * HOUR_MS);
    expect(pushedCodes()).toEqual(['A', 'B', 'C']);
  });

  it('are lost, doubled and late as the scenario says', async () => {
    const { sandbox, pushedCodes } = open();
    sandbox.register('acme', { number: 'N1', scenario: 'odd-pushes' });
    sandbox.subscribe('acme', { ...hook, numbers: ['N1'] });
    await sandbox.advance(20 * HOUR_MS);
    expect(pushedCodes()).toEqual(['TWICE', 'TWICE', 'LAST', 'LATE']);
    expect(sandbox.pushes('acme')[0]).toMatchObject({ outcome: 'lost', attempt: 0 });
  });

  it('are tried again with the same bytes, as often as the carrier does, then given up', async () => {
    const attempts: string[] = [];
    const { sandbox } = open({
      deliver: async ({ body }) => {
        attempts.push(body);
        return 500;
      },
    });
    sandbox.register('acme', { number: 'N1', scenario: 'two-lives' });
    sandbox.subscribe('acme', { ...hook, numbers: ['N1'] });
    await sandbox.advance(HOUR_MS);
    expect(attempts).toHaveLength(3);
    expect(new Set(attempts).size).toBe(1);
    const times = sandbox.pushes('acme').map(({ atMs }) => (atMs - START_MS) / 60_000);
    expect(times).toEqual([2, 3, 4]);
  });

  it('fall silent, and go on where they are when the silence ends', async () => {
    const { sandbox, pushedCodes } = open();
    sandbox.register('acme', { number: 'N1', scenario: 'three-scans' });
    sandbox.subscribe('acme', { ...hook, numbers: ['N1'] });
    sandbox.faults.add({ kind: 'push_silence', untilMs: START_MS + 2 * HOUR_MS });
    await sandbox.advance(3 * HOUR_MS);
    expect(pushedCodes()).toEqual(['C']);
    expect(sandbox.pushes('acme').map(({ outcome }) => outcome)).toEqual([
      'silenced',
      'silenced',
      'delivered',
    ]);
  });

  it('overtake one another when they are shuffled, and none is lost', async () => {
    const { sandbox, pushedCodes } = open();
    sandbox.subscribe('acme', { ...hook, numbers: null });
    sandbox.faults.add({ kind: 'push_shuffled', delayMs: 24 * HOUR_MS });
    for (let index = 0; index < 20; index += 1) {
      sandbox.register('acme', { number: `N${index}`, scenario: 'three-scans' });
    }
    await sandbox.advance(48 * HOUR_MS);
    const codes = pushedCodes();
    expect(codes).toHaveLength(60);
    expect(codes).not.toEqual([...codes].sort());
  });

  it('end with their subscription', async () => {
    const { sandbox, pushedCodes } = open();
    sandbox.register('acme', { number: 'N1', scenario: 'three-scans' });
    sandbox.subscribe('acme', { ...hook, numbers: ['N1'] });
    await sandbox.advance(HOUR_MS);
    sandbox.endSubscriptions('acme');
    await sandbox.advance(3 * HOUR_MS);
    expect(pushedCodes()).toEqual(['A']);
  });
});
