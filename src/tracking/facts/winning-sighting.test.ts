import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZONE_SOURCES } from '../../kernel/time/place-time.ts';
import { TRUSTS } from '../../kernel/trust.ts';
import { compareSightings, type RankedSighting, winningSighting } from './winning-sighting.ts';

const base = {
  zoneSource: 'facility',
  trust: 'signed',
  receivedAtMs: 10,
  receiptId: 'b',
} as const satisfies RankedSighting;

describe('winningSighting', () => {
  it('has no winner among none', () => {
    expect(winningSighting([])).toBeNull();
  });

  it.each([
    ['a better known zone beats better trust', { zoneSource: 'offset', trust: 'secret' }],
    ['better trust beats a later hearing', { trust: 'pulled', receivedAtMs: 1 }],
    ['a later hearing beats a greater receipt id', { receivedAtMs: 11, receiptId: 'a' }],
    ['a greater receipt id decides last', { receiptId: 'c' }],
  ] as const)('%s', (_, better) => {
    const winner: RankedSighting = { ...base, ...better };
    expect(winningSighting([base, winner])).toBe(winner);
    expect(winningSighting([winner, base])).toBe(winner);
  });

  it('orders trust as pulled, signed, internal, secret', () => {
    const sightings = (['internal', 'secret', 'pulled', 'signed'] as const).map((trust) => ({
      ...base,
      trust,
    }));
    expect(sightings.sort(compareSightings).map(({ trust }) => trust)).toEqual([
      'secret',
      'internal',
      'signed',
      'pulled',
    ]);
  });

  it('orders zones as offset, facility, postal code, policy, none', () => {
    const sightings = ZONE_SOURCES.map((zoneSource) => ({ ...base, zoneSource }));
    expect(sightings.sort(compareSightings).map(({ zoneSource }) => zoneSource)).toEqual([
      'none',
      'carrier_policy',
      'postal_code',
      'facility',
      'offset',
    ]);
  });

  it('chooses by the interval when one receipt tells a fact twice', () => {
    const early = { ...base, interval: { lo: 1, hi: 2 } };
    const late = { ...base, interval: { lo: 1, hi: 3 } };
    expect(winningSighting([early, late])).toBe(late);
    expect(winningSighting([late, early])).toBe(late);
    const later = { ...base, interval: { lo: 2, hi: 2 } };
    expect(winningSighting([late, later])).toBe(later);
  });

  it('takes one sighting whole, the same in any order', () => {
    const sighting = fc.record({
      zoneSource: fc.constantFrom(...ZONE_SOURCES),
      trust: fc.constantFrom(...TRUSTS),
      receivedAtMs: fc.nat({ max: 3 }),
      receiptId: fc.uuid(),
      place: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(sighting, { minLength: 1, maxLength: 6 }), (sightings) => {
        const winner = winningSighting(sightings);
        expect(sightings).toContain(winner);
        expect(winningSighting(sightings.toReversed())).toBe(winner);
      }),
      { seed: 7 },
    );
  });
});
