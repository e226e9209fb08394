import { describe, expect, it } from 'vitest';
import { placeTimeWithOffset, placeTimeWithoutZone } from '../../kernel/time/zoned-time.ts';
import { factNames } from './fact-names.ts';
import type { Fact, Observation } from './history.ts';
import { hashIdentity } from './identity.ts';

const FORMER = ['1', 'transit', '2026-03-02', '', 'dgf'];
const time = placeTimeWithoutZone('2026-03-02T04:00:00', 'second');

const sameWords = (words: string, at = time) => ({
  identity: [...FORMER, words],
  formerIdentity: FORMER,
  time: at,
});
const gatedOut = sameWords('gated out at port/terminal');
const arrived = sameWords('actual vessel arrival');
const name = ({ identity }: { identity: readonly string[] }) => hashIdentity(identity);

/** A history of these identities, all received at `time`. */
function stored(...identities: string[]): { facts: Map<string, Fact> } {
  const observation = { time } as Observation;
  return {
    facts: new Map(
      identities.map((identity) => [identity, { identity, observations: [observation] } as never]),
    ),
  };
}

describe('the names of facts that an earlier adapter named differently', () => {
  it('are the new ones when nothing is stored', () => {
    expect(factNames(stored(), [gatedOut, arrived])).toEqual([name(gatedOut), name(arrived)]);
  });

  it('leave a stored fact unchanged', () => {
    const before = stored(hashIdentity(FORMER));
    expect(factNames(before, [gatedOut])).toEqual([hashIdentity(FORMER)]);
  });

  it('assign the shared former name to one of two scans, the same in any order', () => {
    const before = stored(hashIdentity(FORMER));
    const [one, other] = factNames(before, [gatedOut, arrived]);
    expect(new Set([one, other]).size).toBe(2);
    expect([one, other]).toContain(hashIdentity(FORMER));
    expect(factNames(before, [arrived, gatedOut])).toEqual([other, one]);
  });

  it('do not assign the former name to a scan of another time of that day', () => {
    const later = sameWords(
      'actual vessel arrival',
      placeTimeWithoutZone('2026-03-02T16:00', 'minute'),
    );
    expect(factNames(stored(hashIdentity(FORMER)), [later])).toEqual([name(later)]);
  });

  it('stay the new ones once they are stored', () => {
    const both = stored(hashIdentity(FORMER), name(arrived));
    expect(factNames(both, [arrived])).toEqual([name(arrived)]);
  });
});

describe('the name of a fact', () => {
  const scan = (local: string, offsetMin: number) => ({
    identity: ['1', '18', local],
    time: placeTimeWithOffset(local, 'minute', offsetMin),
  });
  const inUtc = scan('2026-04-08T12:00', 0);
  const inSeattle = scan('2026-04-08T05:00', -420);
  const known = (...scans: (typeof inUtc)[]) => ({
    facts: new Map(
      scans.map((each): [string, Fact] => [
        name(each),
        { identity: name(each), observations: [{ time: each.time }] } as never,
      ]),
    ),
  });

  it('stays the one it was stored under, in UTC or in local time', () => {
    expect(factNames(known(inUtc), [inSeattle])).toEqual([name(inUtc)]);
    const other = scan('2026-04-08T07:00', -420);
    expect(factNames(known(inSeattle, other), [inUtc])).toEqual([name(inSeattle)]);
  });

  it('is its own if the instants differ, or the report has both', () => {
    expect(factNames(known(inUtc), [scan('2026-04-08T05:00', -360)])).toEqual([name(inSeattle)]);
    expect(factNames(known(inUtc), [inUtc, inSeattle])).toEqual([name(inUtc), name(inSeattle)]);
  });
});
