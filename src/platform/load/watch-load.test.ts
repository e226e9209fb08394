import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { createMetrics } from '../observability/metrics.ts';
import { manualTimers } from '../work/test-timers.ts';
import { HOLD_MS, SHED_ORDER, shedsAt } from './load-policy.ts';
import { registerLoadGauges } from './loop-lag.ts';
import { type Load, sayLoad, watchLoad } from './watch-load.ts';

const SECOND_MS = 1_000;

/** The part of PostgreSQL by which processes exchange messages. */
function channel() {
  const hears = new Set<(message: string | null) => void>();
  return {
    said: [] as string[],
    hears,
    tell(text: string) {
      this.said.push(text);
      for (const hear of hears) hear(text);
    },
  };
}

type Channel = ReturnType<typeof channel>;

const running: Load[] = [];
afterEach(async () => {
  for (const load of running.splice(0)) await load.stop();
});

function start(peer: Channel, session: number) {
  const timers = manualTimers();
  const signals = { backlog: null as number | null, loopLagMs: 0, unwrittenMs: 0 };
  let answers = true;
  const load = watchLoad({
    async notify(message) {
      if (!answers) return new Promise(() => {});
      if (message !== null) peer.tell(message);
    },
    listener: {
      session,
      on(_channel, hear) {
        peer.hears.add(hear);
        return () => void peer.hears.delete(hear);
      },
    },
    timers,
    log: { debug() {}, info() {} },
    loopLagMs: () => signals.loopLagMs,
    backlog: () => signals.backlog,
    unwrittenMs: () => signals.unwrittenMs,
  });
  running.push(load);
  return {
    load,
    signals,
    hang() {
      answers = false;
    },
    /** Samples this often, a second apart. */
    async checks(times: number) {
      for (let n = 0; n < times; n += 1) {
        timers.advance(SECOND_MS);
        load.check();
        // PostgreSQL's answer arrives before the next check.
        await Promise.resolve();
        await Promise.resolve();
      }
    },
  };
}

it('a backlog seen by one process applies to all of them', async () => {
  const peer = channel();
  const [sees, responds] = [start(peer, 1), start(peer, 2)];
  sees.signals.backlog = 0.75;
  await sees.checks(1);
  await responds.checks(1);
  expect([sees, responds].map(({ load }) => load.figures().level)).toEqual([3, 3]);
  expect(sees.load.figures().reasons).toEqual(['backlog']);
  expect(responds.load.figures().reasons).toEqual([]);
  expect(SHED_ORDER.filter((kind) => responds.load.sheds(kind))).toEqual([
    'learning',
    'polls',
    'reads',
  ]);
});

it('a process whose own core is busy makes the others shed only the kinds before its own', async () => {
  const peer = channel();
  const [busy, other] = [start(peer, 1), start(peer, 2)];
  busy.signals.loopLagMs = 5_000;
  await busy.checks(5);
  expect(busy.load.figures().level).toBe(3);
  expect(other.load.figures().level).toBe(2);
});

it('whatever processes measure, none sheds a kind while another still does an earlier kind', async () => {
  const measured = fc.record({
    who: fc.nat({ max: 2 }),
    backlog: fc.double({ min: 0, max: 1.2, noNaN: true }),
    loopLagMs: fc.double({ min: 0, max: 2_000, noNaN: true }),
    refuses: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(measured, { maxLength: 30 }), async (steps) => {
      const peer = channel();
      const processes = [1, 2, 3].map((session) => start(peer, session));
      for (const { who, backlog, loopLagMs, refuses } of steps) {
        const one = processes[who];
        Object.assign(one?.signals ?? {}, { backlog, loopLagMs });
        for (const each of processes) await each.checks(1);
        if (refuses) one?.load.noteWebhookRefused();
        const levels = processes.map(({ load }) => load.figures().level);
        expect(Math.max(...levels) - Math.min(...levels)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

it('a webhook that is refused between two looks sheds everything before it, everywhere and at once', async () => {
  const peer = channel();
  const [refuses, other] = [start(peer, 1), start(peer, 2)];
  refuses.load.noteWebhookRefused();
  for (const { load } of [refuses, other]) {
    expect(SHED_ORDER.every((kind) => load.sheds(kind))).toBe(true);
  }
  refuses.load.noteWebhookRefused();
  expect(peer.said).toEqual(['1 4 0']);
});

it('levels drop again, also when a process is gone', async () => {
  const peer = channel();
  const [sees, responds] = [start(peer, 1), start(peer, 2)];
  sees.signals.backlog = 1;
  await sees.checks(1);
  expect(responds.load.figures().level).toBe(4);
  // The process dies without notice.
  await responds.checks(6);
  expect(responds.load.figures().level).toBe(0);
  sees.signals.backlog = 0;
  await sees.checks(4 * (HOLD_MS / SECOND_MS + 1));
  expect(sees.load.figures().level).toBe(0);
  expect(sayLoad(sees.load.figures())).toBeNull();
});

it('a PostgreSQL that does not answer is slow, an unavailable one is not', async () => {
  const waits = start(channel(), 1);
  waits.hang();
  await waits.checks(12);
  expect(waits.load.figures()).toMatchObject({ level: 3, reasons: ['databaseMs'] });
  const fine = start(channel(), 1);
  await fine.checks(12);
  expect(fine.load.figures().level).toBe(0);
});

it('nonsense on the channel is passed over', async () => {
  const peer = channel();
  const { load } = start(peer, 1);
  for (const text of ['', 'x', '2 9 9', '2 4', '2 4 4 4', '-1 4 4']) peer.tell(text);
  for (const hear of peer.hears) hear(null);
  expect(load.figures().level).toBe(0);
});

it('is reported as figures and in words', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const { load, signals, checks } = start(channel(), 1);
  registerLoadGauges(metrics, load);
  signals.backlog = 0.5;
  signals.loopLagMs = 20;
  await checks(1);
  const said = await metrics.metrics();
  expect(said).toContain('waybill_load_level 2');
  expect(said).toContain('waybill_load_signal{signal="backlog"} 0.5');
  expect(said).toContain('waybill_load_signal{signal="event_loop"} 0.02');
  expect(sayLoad(load.figures())).toBe(
    'load: level 2 of 4, learning, statistics and sweeps wait; carriers are polled less often (the backlog is at 50% of its limit)',
  );
  expect(shedsAt(load.figures().level, 'reads')).toBe(false);
});
