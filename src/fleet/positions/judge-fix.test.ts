import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metresBetween } from '../../kernel/places/distance.ts';
import { runs } from '../../kernel/test-runs.ts';
import { type Fix, judgeFix, NOWHERE, type ShownPlace, type Verdict } from './judge-fix.ts';

const NOON_MS = Date.UTC(2026, 10, 22, 12);
const METRE = 1 / 111_195;

/** A fix at this many seconds after noon, this many metres north of the depot. */
const fix = (atS: number, northM: number, accuracyM: number | null = 5): Fix => ({
  atMs: NOON_MS + atS * 1_000,
  lat: 53.55 + northM * METRE,
  lng: 9.99,
  accuracyM,
});

function judgeAll(fixes: readonly Fix[]): { verdicts: Verdict[]; place: ShownPlace } {
  let place = NOWHERE;
  const verdicts = fixes.map((next) => {
    const judged = judgeFix(place, next);
    place = judged.place;
    return judged.verdict;
  });
  return { verdicts, place };
}

const verdictsOf = (...fixes: readonly Fix[]) => judgeAll(fixes).verdicts;

describe('a fix', () => {
  it('is shown when it is the first, or reachable from the shown one', () => {
    expect(verdictsOf(fix(0, 0), fix(10, 500), fix(20, 1_000))).toEqual([
      'shown',
      'shown',
      'shown',
    ]);
  });

  it('is not shown when a newer one is, or one of the same instant', () => {
    expect(verdictsOf(fix(10, 0), fix(5, 10), fix(10, 20), fix(11, 30))).toEqual([
      'shown',
      'older',
      'older',
      'shown',
    ]);
  });

  it('is not shown when its accuracy is worse than 200 m', () => {
    expect(verdictsOf(fix(0, 0, 201), fix(1, 0, 200), fix(2, 0, null), fix(3, 0, NaN))).toEqual([
      'inaccurate',
      'shown',
      'shown',
      'inaccurate',
    ]);
  });

  it('is a jump beyond 200 km/h, until three agree', () => {
    expect(verdictsOf(fix(0, 0), fix(10, 555), fix(20, 1_120))).toEqual(['shown', 'shown', 'jump']);
    expect(verdictsOf(fix(0, 0), fix(10, 5_000), fix(20, 5_100), fix(30, 5_200))).toEqual([
      'shown',
      'jump',
      'jump',
      'shown',
    ]);
  });

  it('of a jump counts for nothing once the courier is back at the expected place', () => {
    expect(
      verdictsOf(
        fix(0, 0),
        fix(10, 9_000),
        fix(20, 9_000),
        fix(30, 0),
        fix(40, 9_000),
        fix(50, 9_000),
      ),
    ).toEqual(['shown', 'jump', 'jump', 'shown', 'jump', 'jump']);
    // Jumps to ever different places do not agree.
    expect(verdictsOf(fix(0, 0), fix(1, 9_000), fix(2, 20_000), fix(3, 31_000))).toEqual([
      'shown',
      'jump',
      'jump',
      'jump',
    ]);
  });

  it('of a jump that comes late neither agrees nor contradicts', () => {
    expect(
      verdictsOf(fix(0, 0), fix(20, 9_000), fix(10, 9_000), fix(30, 9_000), fix(40, 9_000)),
    ).toEqual(['shown', 'jump', 'jump', 'jump', 'shown']);
  });

  it('is accepted when the shown one is older than 300 s', () => {
    expect(verdictsOf(fix(0, 0), fix(300, 50_000))).toEqual(['shown', 'jump']);
    expect(verdictsOf(fix(0, 0), fix(301, 50_000))).toEqual(['shown', 'shown']);
  });
});

const stream = fc.array(
  fc.record({
    atS: fc.integer({ min: 0, max: 2_000 }),
    northM: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 60_000 })),
    accuracyM: fc.constantFrom(null, 3, 30, 199, 250),
  }),
  { minLength: 1, maxLength: 80 },
);

describe('fixes in any order', () => {
  it('the shown place only gets newer, is never inaccurate, and jumps only by the rules', () => {
    fc.assert(
      fc.property(stream, (steps) => {
        const fixes = steps.map(({ atS, northM, accuracyM }) => fix(atS, northM, accuracyM));
        const { verdicts } = judgeAll(fixes);
        let shown: Fix | null = null;
        for (const [index, next] of fixes.entries()) {
          if (verdicts[index] !== 'shown') continue;
          expect(next.accuracyM ?? 0).toBeLessThanOrEqual(200);
          if (shown !== null) {
            const aheadS = (next.atMs - shown.atMs) / 1_000;
            expect(aheadS).toBeGreaterThan(0);
            const isFast = metresBetween(shown, next) > (200 / 3.6) * aheadS + 1e-6;
            const doubted = verdicts.slice(0, index).filter((verdict) => verdict === 'jump').length;
            if (isFast && aheadS <= 300) expect(doubted).toBeGreaterThanOrEqual(2);
          }
          shown = next;
        }
      }),
      { seed: 20_261_122, numRuns: runs(1_000, 200) },
    );
  });

  it('leaves the place unchanged unless it is shown or a jump', () => {
    fc.assert(
      fc.property(stream, (steps) => {
        let place = NOWHERE;
        for (const { atS, northM, accuracyM } of steps) {
          const judged = judgeFix(place, fix(atS, northM, accuracyM));
          if (judged.verdict !== 'shown') expect(judged.place.shown).toBe(place.shown);
          if (judged.verdict === 'older' || judged.verdict === 'inaccurate')
            expect(judged.place).toBe(place);
          place = judged.place;
        }
      }),
      { seed: 7, numRuns: runs(500) },
    );
  });
});
