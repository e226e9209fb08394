import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RANK, READ_STATUSES, type ReadStatus } from '../../kernel/status.ts';
import { runs } from '../../kernel/test-runs.ts';
import { directUntil } from './direct.ts';
import { fold } from './fold.ts';
import {
  type FactVerdict,
  FOLD_RULES,
  type FoldFact,
  type FoldInput,
  type FoldSnapshot,
  type FoldState,
  VERDICTS,
} from './fold-input.ts';
import { isOfInstance } from './instance.ts';
import { judge } from './judged.ts';
import { anyHistory, shuffledHistory } from './test-arbitrary.ts';
import { fact } from './test-given.ts';

const RUNS = 10_000;
const SEED = 20_260_302;

function holds(history: fc.Arbitrary<FoldInput>, numRuns: number, check: (i: FoldInput) => void) {
  fc.assert(fc.property(history, check), { seed: SEED, numRuns: runs(numRuns) });
}

describe('the fold of any history', () => {
  it('is the same in any order of facts, observations, snapshots and pulls', () => {
    fc.assert(
      fc.property(anyHistory(), fc.nat(), (input, seed) => {
        const state = fold(input);
        expect(fold(shuffledHistory(input, seed))).toEqual(state);
        expect(fold(shuffledHistory(input, seed + 1))).toEqual(state);
      }),
      { seed: SEED, numRuns: runs(RUNS) },
    );
  });

  it('is the same when everything is received twice', () => {
    holds(anyHistory(), 2_000, (input) => {
      const twice = {
        ...input,
        facts: input.facts.map((given) => ({
          ...given,
          observations: [...given.observations, ...given.observations],
        })),
        snapshots: [...input.snapshots, ...input.snapshots],
      };
      expect(fold(twice)).toEqual(fold(input));
    });
  });

  it('shows a standing fact of higher rank than the status only where it was over before the status began', () => {
    let higher = 0;
    holds(anyHistory(), RUNS, (input) => {
      const state = fold(input);
      const readings = readingsOf(input);
      const statusRank = rankOf(state.status);
      if (statusRank === null) return;
      const steering = state.verdicts.find(({ identity }) => identity === state.steering);
      for (const verdict of state.verdicts) {
        const rank = rankOf(readings.get(verdict.identity) ?? 'none');
        if (verdict.verdict !== 'standing' || verdict.rule !== 'status') continue;
        if (rank === null || rank <= statusRank) continue;
        higher += 1;
        expect(verdict.interval.hi).toBeLessThan(steering?.interval.lo ?? Number.NaN);
      }
    });
    expect(higher).toBeGreaterThan(runs(100, 10));
  });

  it('supersedes by rank what it must and nothing else', () => {
    holds(anyHistory([null]), RUNS, (input) => {
      const state = fold(input);
      const facts = new Map(input.facts.map((given) => [given.identity, given]));
      const standing = state.verdicts.filter(stillStands);
      for (const verdict of state.verdicts) {
        if (verdict.verdict !== 'standing' && verdict.rule !== 'superseded') continue;
        const above = standing.filter((other) => outranks(other, verdict, facts));
        expect(above.length > 0).toBe(verdict.rule === 'superseded');
        if (verdict.rule === 'superseded') {
          expect(above.map(({ identity }) => identity)).toContain(verdict.by);
        }
      }
    });
  });

  it('gives every fact one verdict, and at most one of them steers', () => {
    holds(anyHistory(), 2_000, (input) => {
      const state = fold(input);
      expect(state.verdicts.map(({ identity }) => identity).sort()).toEqual(
        input.facts.map(({ identity }) => identity).sort(),
      );
      const steering = state.verdicts.filter(({ verdict }) => verdict === 'steering');
      expect(steering.map(({ identity }) => identity)).toEqual(
        state.steering === null ? [] : [state.steering],
      );
    });
  });

  it('is not moved by a scan that was certainly over before the status began', () => {
    let compared = 0;
    holds(anyHistory([null]), 4_000, (history) => {
      // A late scan of the carrier also decides over earlier facts of bridges.
      const input = {
        ...history,
        facts: history.facts.filter(({ source }) => source !== 'bridge'),
      };
      const before = fold(input);
      const steering = before.verdicts.find(({ identity }) => identity === before.steering);
      const steeringFact = input.facts.find(({ identity }) => identity === before.steering);
      if (steering === undefined || steeringFact === undefined || steeringFact.summary) return;
      // Late scans do undo two things: "nothing was received", and a notice, which proves no
      // movement.
      const { logical, coarse } = steeringFact.reading;
      if (steeringFact.source === 'stalled' || logical || coarse) return;
      if (before.status === 'cancelled' || !Number.isFinite(steering.interval.lo)) return;
      const lo = steering.interval.lo - 1;
      const late = fact('late', 'in_transit', { lo, hi: lo });
      const after = fold({ ...input, facts: [...input.facts, late], pulls: [] });
      const same = fold({ ...input, pulls: [] });
      if (same.steering !== before.steering) return;
      compared += 1;
      expect(outcome(after)).toEqual(outcome(same));
    });
    expect(compared).toBeGreaterThan(runs(500, 25));
  });

  it('takes a delivery back for a documented code only, however often and late scans come', () => {
    holds(anyHistory(), 4_000, (input) => {
      const facts = input.facts.map((given) => ({
        ...given,
        reading: { ...given.reading, correction: false },
        observations: [...given.observations, ...given.observations],
      }));
      const late = fact('late', 'in_transit', '+5 08:00');
      for (const more of [[], [late]]) {
        const { verdicts } = fold(shuffledHistory({ ...input, facts: [...facts, ...more] }, 7));
        expect(verdicts.some(({ rule }) => rule === 'correction')).toBe(false);
      }
    });
  });

  it('is the carrier’s alone if bridges reported nothing later', () => {
    let compared = 0;
    holds(anyHistory(), 4_000, (input) => {
      const isDirect = ({ bridge }: { readonly bridge?: string }) => bridge === undefined;
      const direct = {
        ...input,
        facts: input.facts.filter(isDirect),
        snapshots: input.snapshots.filter(isDirect),
        pulls: input.pulls.filter(isDirect),
      };
      const { verdicts: all, ...state } = fold(input);
      const { verdicts, ...alone } = fold(direct);
      const own = direct.snapshots.filter((each) => isOfInstance(each, alone.carrierPieceId));
      const { atMs } = directUntil(judgedAs(direct, verdicts), own);
      const isLater = ({ bridge, asOfMs }: FoldSnapshot) =>
        bridge !== undefined && (asOfMs === null || asOfMs > atMs);
      const bridged = new Set(input.facts.flatMap((f) => (isDirect(f) ? [] : [f.identity])));
      if (bridged.size === 0 || input.snapshots.some(isLater)) return;
      if (all.some((each) => bridged.has(each.identity) && each.interval.lo > atMs)) return;
      if (atMs === Number.NEGATIVE_INFINITY) return;
      compared += 1;
      expect(state).toEqual(alone);
    });
    expect(compared).toBeGreaterThan(runs(200, 10));
  });

  it('does not mutate its input', () => {
    holds(anyHistory(), 500, (input) => {
      const copy = structuredClone(input);
      fold(input);
      expect(input).toEqual(copy);
    });
  });
});

describe('the fold is total', () => {
  const anyNumber = fc.oneof(
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0),
  );
  const anyText = fc.oneof(fc.constantFrom('', '__proto__', 'constructor'), fc.string());
  const wild = fc.record({
    number: anyNumber,
    other: anyNumber,
    text: anyText,
    status: fc.oneof(fc.constantFrom(...READ_STATUSES), anyText),
    flags: fc.nat({ max: 15 }),
    count: fc.nat({ max: 2 }),
  });

  it('for invalid numbers, duplicated identities and readings outside the closed set', () => {
    const history = fc.record({
      policy: fc.record({
        pullsFullHistory: fc.boolean(),
        historyMaxEvents: fc.option(anyNumber),
        historyMaxAgeMs: fc.option(anyNumber),
      }),
      registeredAtMs: anyNumber,
      facts: fc.array(
        wild.map((w) => wildFact(w.text, w.status, w.number, w.other, w.flags, w.count)),
        { maxLength: 8 },
      ),
      snapshots: fc.array(
        wild.map((w) => ({
          inboundMessageId: w.text,
          carrierPieceId: w.count === 2 ? null : w.text,
          trust: 'secret' as const,
          receivedAtMs: w.number,
          asOfMs: w.count === 0 ? null : w.other,
          returnFlag: [null, true, false][w.count] ?? null,
          estimatedDelivery: null,
          piecesTotal: w.count === 1 ? w.other : null,
        })),
        { maxLength: 3 },
      ),
      pulls: fc.array(
        wild.map((w) => ({
          inboundMessageId: w.text,
          carrierPieceId: w.count === 2 ? null : w.text,
          atMs: w.number,
          full: true,
          identities: new Set(['', w.text]),
          reachesBackToMs: w.count === 0 ? null : w.other,
        })),
        { maxLength: 4 },
      ),
    });
    holds(history, RUNS, (input) => {
      const state = fold(input);
      expect(state.verdicts).toHaveLength(input.facts.length);
      for (const { verdict, rule } of state.verdicts) {
        expect(VERDICTS).toContain(verdict);
        expect(FOLD_RULES).toContain(rule);
      }
    });
  });
});

function wildFact(
  text: string,
  status: string,
  lo: number,
  hi: number,
  flags: number,
  count: number,
): FoldFact {
  const base = fact(
    text,
    'none',
    { lo, hi },
    {
      piece: flags > 11 ? text : null,
      summary: flags === 3,
      source: flags === 4 ? 'stalled' : flags === 5 ? 'command' : 'carrier',
      observations: Array.from({ length: count }, () => ({
        receivedAtMs: hi,
        carrierPieceId: flags % 3 === 0 ? text : null,
      })),
      reading: { correction: flags === 6, returnCancelled: flags === 7, logical: flags > 8 },
    },
  );
  // Values that a corrupt row or a newer version of the mapping could contain.
  return { ...base, reading: { ...base.reading, status: status as ReadStatus } };
}

/** The facts as the fold judged them, for the rule that reads verdicts. */
function judgedAs(input: FoldInput, verdicts: FoldState['verdicts']) {
  const gone = new Set(
    verdicts.flatMap(({ identity, verdict }) => (OUT.has(verdict) ? [identity] : [])),
  );
  // Any bridge makes the rule apply.
  return judge([
    ...input.facts.filter(({ identity }) => !gone.has(identity)),
    fact('any', 'none', '08:00', { source: 'bridge' }),
  ]);
}

const OUT: ReadonlySet<string> = new Set(['other_instance', 'implausible', 'retracted', 'refuted']);

function rankOf(status: ReadStatus): number | null {
  return status === 'none' || status === 'returning' ? null : RANK[status];
}

function readingsOf(input: FoldInput): Map<string, ReadStatus> {
  return new Map(input.facts.map(({ identity, reading }) => [identity, reading.status]));
}

function stillStands({ verdict, rule }: FactVerdict): boolean {
  return (verdict === 'standing' || verdict === 'steering') && rule === 'status';
}

/** Rule 6 in another formulation, applied to the verdicts of the other facts. */
function outranks(
  other: FactVerdict,
  verdict: FactVerdict,
  facts: ReadonlyMap<string, FoldFact>,
): boolean {
  const higher = facts.get(other.identity);
  const lower = facts.get(verdict.identity);
  if (higher === undefined || lower === undefined) return false;
  const [above, below] = [rankOf(higher.reading.status), rankOf(lower.reading.status)];
  if (above === null || below === null || above <= below) return false;
  const began = other.interval.lo <= verdict.interval.hi;
  const logical = lower.reading.logical && lower.source !== 'command';
  const weaker = lower.reading.coarse === true && !isKnownByCategory(higher);
  return began && (logical || weaker || other.interval.hi >= verdict.interval.lo);
}

function isKnownByCategory({ reading }: FoldFact): boolean {
  return reading.coarse === true && rankOf(reading.status) !== 8;
}

function outcome({ status, reason, steering, confirmed, returning }: FoldState) {
  return { status, reason, steering, confirmed, returning };
}
