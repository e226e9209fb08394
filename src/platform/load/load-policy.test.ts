import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CALM,
  HOLD_MS,
  type LoadSignals,
  type LoadState,
  nextLoad,
  reasonsOf,
  SHED_ORDER,
  SIGNALS,
  shedKinds,
  shedsAt,
  withWebhooksRefused,
} from './load-policy.ts';

const EVERY_MS = 1_000;
const NOTHING: LoadSignals = { backlog: 0, loopLagMs: 0, databaseMs: 0 };

/** Samples the given signals once a second, beginning with `state`; returns each state. */
function looked(said: readonly Partial<LoadSignals>[], state: LoadState = CALM): LoadState[] {
  const states: LoadState[] = [];
  let now = state;
  for (const [second, signals] of said.entries()) {
    now = nextLoad(now, { ...NOTHING, ...signals }, second * EVERY_MS);
    states.push(now);
  }
  return states;
}

const levels = (states: readonly LoadState[]) => states.map(({ level }) => level);
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const aSignal = (name: keyof LoadSignals) =>
  fc.option(fc.double({ min: 0, max: 2 * (SIGNALS[name].thresholds.at(-1) ?? 1), noNaN: true }), {
    freq: 6,
  });
const someSignals: fc.Arbitrary<LoadSignals> = fc.record({
  backlog: aSignal('backlog'),
  loopLagMs: aSignal('loopLagMs'),
  databaseMs: aSignal('databaseMs'),
});
/** A sample, or a webhook that is refused between two samples. */
const aStep = fc.oneof(
  { weight: 9, arbitrary: someSignals.map((signals) => ({ signals })) },
  { weight: 1, arbitrary: fc.constant({ signals: null }) },
);
const someSteps = fc.array(aStep, { maxLength: 60 });

function walked(steps: readonly { readonly signals: LoadSignals | null }[]): LoadState[] {
  const states: LoadState[] = [];
  let now = CALM;
  for (const [at, { signals }] of steps.entries()) {
    now = signals === null ? withWebhooksRefused(now) : nextLoad(now, signals, at * EVERY_MS);
    states.push(now);
  }
  return states;
}

describe('invariants', () => {
  it('a kind is shed only together with all kinds before it', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        for (const { level } of walked(steps)) {
          const shed = SHED_ORDER.map((kind) => shedsAt(level, kind));
          expect(shed).toEqual([...shed].sort((a, b) => Number(b) - Number(a)));
          expect(shedKinds(level)).toEqual(SHED_ORDER.filter((kind) => shedsAt(level, kind)));
        }
      }),
    );
  });

  it('a webhook is refused by choice only when everything else is shed', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        for (const state of walked([...steps, { signals: null }]).slice(-1)) {
          expect(SHED_ORDER.every((kind) => shedsAt(state.level, kind))).toBe(true);
        }
      }),
    );
  });

  it('levels come down one at a time, and never sooner than they were held', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const states = walked(steps);
        let changedAt = 0;
        for (const [at, { level }] of states.entries()) {
          const before = at === 0 ? 0 : (states[at - 1]?.level ?? 0);
          if (level < before) {
            expect(before - level).toBe(1);
            expect((at - changedAt) * EVERY_MS).toBeGreaterThanOrEqual(HOLD_MS);
          }
          if (level !== before) changedAt = at;
        }
      }),
    );
  });

  it('all levels are left once it is calm', () => {
    fc.assert(
      fc.property(someSteps, fc.boolean(), (steps, isMeasured) => {
        const before = walked(steps).at(-1) ?? CALM;
        const calm = isMeasured ? NOTHING : { backlog: null, loopLagMs: null, databaseMs: null };
        // Every sample begins a wait or ends one.
        const samples = (SHED_ORDER.length + 1) * (HOLD_MS / EVERY_MS + 1);
        let now = before;
        for (let at = 0; at < samples; at += 1) {
          now = nextLoad(now, calm, (steps.length + at) * EVERY_MS);
        }
        expect(now.level).toBe(0);
        expect(reasonsOf(now)).toEqual([]);
      }),
    );
  });

  it('more of a signal never sheds less', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(someSignals, fc.double({ min: 1, max: 3, noNaN: true })), {
          maxLength: 40,
        }),
        (said) => {
          const less = walked(said.map(([signals]) => ({ signals })));
          const more = walked(
            said.map(([{ backlog, loopLagMs, databaseMs }, times]) => ({
              signals: {
                backlog: backlog === null ? null : backlog * times,
                loopLagMs: loopLagMs === null ? null : loopLagMs * times,
                databaseMs: databaseMs === null ? null : databaseMs * times,
              },
            })),
          );
          for (const [at, { level }] of more.entries()) {
            expect(level).toBeGreaterThanOrEqual(less[at]?.level ?? 0);
          }
        },
      ),
    );
  });
});

describe('the backlog', () => {
  it('sheds one kind after the other as it grows', () => {
    const shares = [0.1, 0.2, 0.39, 0.4, 0.69, 0.7, 0.99, 1, 1.5];
    const states = looked(shares.map((backlog) => ({ backlog })));
    expect(levels(states)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4]);
    expect(reasonsOf(states.at(-1) ?? CALM)).toEqual(['backlog']);
  });

  it('that oscillates around a bound does not start and stop shedding in turns', () => {
    const around = Array.from({ length: 60 }, (_, at) => ({ backlog: at % 2 === 0 ? 0.72 : 0.66 }));
    expect(new Set(levels(looked(around)))).toEqual(new Set([3]));
  });

  it('a little below a bound continues shedding, and well below it stops', () => {
    const staysAt = (backlog: number) =>
      looked([{ backlog: 0.7 }, ...times(9, { backlog })]).at(-1);
    expect(staysAt(0.5)?.level).toBe(3);
    expect(staysAt(0.48)?.level).toBe(2);
  });

  it('that is gone is forgotten a level every five seconds', () => {
    const states = looked([{ backlog: 1 }, ...times(30, { backlog: 0 })]);
    const held = HOLD_MS / EVERY_MS;
    expect(levels(states).slice(0, held + 2)).toEqual([...times(held + 1, 4), 3]);
    expect(levels(states).slice(4 * held + 1)).toEqual(times(30 - 4 * held, 0));
  });
});

describe.each(['loopLagMs', 'databaseMs'] as const)('%s', (name) => {
  const { thresholds, samples } = SIGNALS[name];
  const worst = 10 * (thresholds.at(-1) ?? 0);

  it('counts once it lasts, so that a moment sheds nothing', () => {
    const moments = [...times(samples - 1, { [name]: worst }), {}, { [name]: worst }];
    expect(new Set(levels(looked(moments)))).toEqual(new Set([0]));
    expect(looked(times(samples, { [name]: worst })).at(-1)?.level).toBe(3);
  });

  it('alone never refuses webhooks', () => {
    expect(looked(times(100, { [name]: worst })).at(-1)?.level).toBe(3);
  });
});

it('a clock set back keeps nothing shed for longer than a hold more', () => {
  let now = nextLoad(CALM, { ...NOTHING, backlog: 0.2 }, 1_000_000);
  now = nextLoad(now, NOTHING, 1_001_000);
  for (let atMs = 0; atMs <= HOLD_MS; atMs += EVERY_MS) now = nextLoad(now, NOTHING, atMs);
  expect(now.level).toBe(0);
});
