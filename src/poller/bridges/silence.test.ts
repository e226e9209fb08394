import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { readSilence, SAMPLE_MS_MAX, type Silence, whySilent, withSample } from './silence.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
const START_MS = Date.UTC(2026, 2, 9);

interface Stretch {
  readonly from: Silence | null;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly moving: number;
  /** Whether the bridge brings an update in the hour (UTC) that begins then. */
  readonly isBusy: (atMs: number) => boolean;
}

/** Samples every ten minutes. */
function watch({ from, fromMs, untilMs, moving, isBusy }: Stretch): Silence | null {
  let silence = from;
  for (let nowMs = fromMs; nowMs <= untilMs; nowMs += 10 * MINUTE_MS) {
    const updateAtMs = isBusy(nowMs) ? nowMs : (silence?.updateAtMs ?? null);
    silence = withSample(silence, { nowMs, updateAtMs, moving });
  }
  return silence;
}

const hourOf = (ms: number) => new Date(ms).getUTCHours();
const isWeekend = (ms: number) => [0, 6].includes(new Date(ms).getUTCDay());
/** Updates by day, from Monday to Friday. */
const isOfficeHour = (ms: number) => !isWeekend(ms) && hourOf(ms) >= 6 && hourOf(ms) < 20;
const never = () => false;

/** When a bridge that was watched until `fromMs` is called silent; null: not within two weeks. */
function silentAfterMs(from: Silence | null, fromMs: number, moving: number): number | null {
  for (let nowMs = fromMs, silence = from; nowMs < fromMs + 14 * DAY_MS; ) {
    nowMs += 10 * MINUTE_MS;
    silence = withSample(silence, { nowMs, updateAtMs: silence?.updateAtMs ?? null, moving });
    if (whySilent(silence) !== null) return nowMs - fromMs;
  }
  return null;
}

describe('a bridge that brings updates in office hours', () => {
  const weeksMs = 4 * 7 * DAY_MS;
  const learned = watch({
    from: null,
    fromMs: START_MS,
    untilMs: START_MS + weeksMs - 1,
    moving: 20,
    isBusy: isOfficeHour,
  });

  it('is not called silent in nights and at weekends', () => {
    let silence: Silence | null = null;
    let isSilent = false;
    for (let nowMs = START_MS; nowMs < START_MS + 2 * weeksMs; nowMs += HOUR_MS / 6) {
      const updateAtMs = isOfficeHour(nowMs) ? nowMs : (silence?.updateAtMs ?? null);
      silence = withSample(silence, { nowMs, updateAtMs, moving: 20 });
      isSilent ||= whySilent(silence) !== null;
    }
    expect(isSilent).toBe(false);
  });

  it('is called silent within a day if it stops on a Tuesday, and after a weekend on a Friday', () => {
    const stopAt = (day: number) => {
      const untilMs = START_MS + weeksMs + day * DAY_MS + 12 * HOUR_MS;
      const fromMs = START_MS + weeksMs;
      const until = watch({ from: learned, fromMs, untilMs, moving: 20, isBusy: isOfficeHour });
      return silentAfterMs(until, untilMs, 20);
    };
    expect(stopAt(1)).toBeLessThan(DAY_MS);
    expect(stopAt(4)).toBeGreaterThan(3 * DAY_MS);
    expect(stopAt(4)).toBeLessThan(5 * DAY_MS);
  });

  it('is given more time when few parcels move', () => {
    const untilMs = START_MS + weeksMs + DAY_MS + 12 * HOUR_MS;
    const fromMs = START_MS + weeksMs;
    const until = watch({ from: learned, fromMs, untilMs, moving: 20, isBusy: isOfficeHour });
    expect(silentAfterMs(until, untilMs, 2)).toBeGreaterThan(6 * DAY_MS);
    expect(silentAfterMs(until, untilMs, 0)).toBeNull();
  });

  it('says for how long, and what is usual', () => {
    const untilMs = START_MS + weeksMs + DAY_MS + 12 * HOUR_MS;
    const fromMs = START_MS + weeksMs;
    const until = watch({ from: learned, fromMs, untilMs, moving: 20, isBusy: isOfficeHour });
    const silent = watch({
      from: until,
      fromMs: untilMs,
      untilMs: untilMs + DAY_MS,
      moving: 20,
      isBusy: never,
    });
    expect(whySilent(silent)).toMatch(
      /^no update for 24 h while its parcels move; usual are 10 h.* at most$/,
    );
  });
});

const samples = fc.array(
  fc.record({
    afterMs: fc.oneof(
      fc.integer({ min: MINUTE_MS, max: SAMPLE_MS_MAX }),
      fc.integer({ min: HOUR_MS, max: 40 * DAY_MS }),
    ),
    moving: fc.integer({ min: 0, max: 50 }),
    hasUpdate: fc.boolean(),
  }),
  { minLength: 1, maxLength: 120 },
);

function replay(all: typeof samples extends fc.Arbitrary<infer Of> ? Of : never) {
  let nowMs = START_MS;
  let silence: Silence | null = null;
  for (const { afterMs, moving, hasUpdate } of all) {
    nowMs += afterMs;
    const updateAtMs: number | null = hasUpdate ? nowMs : (silence?.updateAtMs ?? null);
    silence = withSample(silence, { nowMs, updateAtMs, moving });
  }
  return { silence, nowMs };
}

const OPTIONS = { numRuns: runs(2_000, 300), seed: 41 };

describe('whatever was sampled', () => {
  it('an update ends the silence, and its row stays small and readable', () => {
    fc.assert(
      fc.property(samples, (all) => {
        const { silence, nowMs } = replay(all);
        const after = withSample(silence, { nowMs: nowMs + 1, updateAtMs: nowMs + 1, moving: 9 });
        expect(whySilent(after)).toBeNull();
        expect(after.gaps.length).toBeLessThanOrEqual(28);
        expect(readSilence(JSON.parse(JSON.stringify(after)))).toEqual(after);
      }),
      OPTIONS,
    );
  });

  it('a hub that stood still has not seen a silence', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: HOUR_MS, max: 90 * DAY_MS }), (all, pauseMs) => {
        const { silence, nowMs } = replay(all);
        const { updateAtMs = null } = silence ?? {};
        const after = withSample(silence, { nowMs: nowMs + pauseMs, updateAtMs, moving: 5 });
        expect(after.quietMs).toBeLessThanOrEqual((silence?.quietMs ?? 0) + SAMPLE_MS_MAX);
      }),
      OPTIONS,
    );
  });

  it('it is not silent without parcels that move, nor before its third week with updates', () => {
    fc.assert(
      fc.property(samples, (all) => {
        const still = replay(all.map((each) => ({ ...each, moving: 0 })));
        expect(whySilent(still.silence)).toBeNull();
        const { silence, nowMs } = replay(all);
        const isNew = nowMs - START_MS < 14 * DAY_MS || (silence?.gaps.length ?? 0) < 5;
        if (isNew) expect(whySilent(silence)).toBeNull();
      }),
      OPTIONS,
    );
  });

  it('a bridge whose silences never grew is not called silent', () => {
    const pauses = fc.record({
      usualMs: fc.integer({ min: 10 * MINUTE_MS, max: 30 * HOUR_MS }),
      shares: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
        minLength: 10,
        maxLength: 40,
      }),
      moving: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(pauses, ({ usualMs, shares, moving }) => {
        let nowMs = START_MS;
        let silence: Silence | null = null;
        let isSilent = false;
        // A long pause on each of the first days, so that the usual one is known.
        const first: readonly number[] = Array.from({ length: 40 }, () => 1);
        for (const share of [...first, ...shares]) {
          const updateAtMs = nowMs + share * usualMs;
          for (; nowMs < updateAtMs; nowMs += 10 * MINUTE_MS) {
            const known: number | null = silence?.updateAtMs ?? null;
            silence = withSample(silence, { nowMs, updateAtMs: known, moving });
            isSilent ||= whySilent(silence) !== null;
          }
          silence = withSample(silence, { nowMs, updateAtMs, moving });
        }
        expect(isSilent).toBe(false);
      }),
      { ...OPTIONS, numRuns: runs(300, 60) },
    );
  });

  it('a silence however long is found, and what is usual grows by half with each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (days) => {
        const fromMs = START_MS + 28 * DAY_MS;
        const learned = watch({
          from: null,
          fromMs: START_MS,
          untilMs: fromMs,
          moving: 20,
          isBusy: (atMs) => hourOf(atMs) >= 6,
        });
        const first = silentAfterMs(learned, fromMs, 20);
        expect(first).not.toBeNull();
        const untilMs = fromMs + days * DAY_MS;
        const quiet = watch({ from: learned, fromMs, untilMs, moving: 20, isBusy: never });
        const again = withSample(quiet, { nowMs: untilMs, updateAtMs: untilMs, moving: 20 });
        const second = silentAfterMs(again, untilMs, 20);
        if (days < 20) expect(second).toBeLessThanOrEqual((first ?? 0) * 1.5 + HOUR_MS);
      }),
      { ...OPTIONS, numRuns: 15 },
    );
  });
});

it('reads nothing from what it did not store', () => {
  for (const value of [null, 1, {}, { gaps: [] }]) expect(readSilence(value)).toBeNull();
});
