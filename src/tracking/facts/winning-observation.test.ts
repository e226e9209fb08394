import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZONE_SOURCES } from '../../kernel/time/place-time.ts';
import { TRUSTS } from '../../kernel/trust.ts';
import {
  compareObservations,
  type RankedObservation,
  winningObservation,
} from './winning-observation.ts';

const base = {
  zoneSource: 'facility',
  trust: 'signed',
  receivedAtMs: 10,
  inboundMessageId: 'b',
} as const satisfies RankedObservation;

describe('winningObservation', () => {
  it('has no winner among none', () => {
    expect(winningObservation([])).toBeNull();
  });

  it.each([
    ['a better known zone beats better trust', { zoneSource: 'offset', trust: 'secret' }],
    ['better trust beats a later hearing', { trust: 'pulled', receivedAtMs: 1 }],
    [
      'a later hearing beats a greater inbound message id',
      { receivedAtMs: 11, inboundMessageId: 'a' },
    ],
    ['a greater inbound message id decides last', { inboundMessageId: 'c' }],
  ] as const)('%s', (_, better) => {
    const winner: RankedObservation = { ...base, ...better };
    expect(winningObservation([base, winner])).toBe(winner);
    expect(winningObservation([winner, base])).toBe(winner);
  });

  it('orders trust as pulled, signed, internal, secret', () => {
    const observations = (['internal', 'secret', 'pulled', 'signed'] as const).map((trust) => ({
      ...base,
      trust,
    }));
    expect(observations.sort(compareObservations).map(({ trust }) => trust)).toEqual([
      'secret',
      'internal',
      'signed',
      'pulled',
    ]);
  });

  it('orders zones as offset, facility, postal code, policy, none', () => {
    const observations = ZONE_SOURCES.map((zoneSource) => ({ ...base, zoneSource }));
    expect(observations.sort(compareObservations).map(({ zoneSource }) => zoneSource)).toEqual([
      'none',
      'carrier_policy',
      'postal_code',
      'facility',
      'offset',
    ]);
  });

  it('chooses by the interval when one message reports a fact twice', () => {
    const early = { ...base, interval: { lo: 1, hi: 2 } };
    const late = { ...base, interval: { lo: 1, hi: 3 } };
    expect(winningObservation([early, late])).toBe(late);
    expect(winningObservation([late, early])).toBe(late);
    const later = { ...base, interval: { lo: 2, hi: 2 } };
    expect(winningObservation([late, later])).toBe(later);
  });

  it('uses one observation whole, the same in any order', () => {
    const observation = fc.record({
      zoneSource: fc.constantFrom(...ZONE_SOURCES),
      trust: fc.constantFrom(...TRUSTS),
      receivedAtMs: fc.nat({ max: 3 }),
      inboundMessageId: fc.uuid(),
      place: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 6 }), (observations) => {
        const winner = winningObservation(observations);
        expect(observations).toContain(winner);
        expect(winningObservation(observations.toReversed())).toBe(winner);
      }),
      { seed: 7 },
    );
  });
});
