import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest } from './closest.ts';

const NAMES = ['canada-post', 'dhl', 'fedex', 'sandbox', 'ups', 'usps'];

describe('the probably intended name', () => {
  it.each([
    ['fedx', 'fedex'],
    ['FedEx', 'fedex'],
    ['feedx', 'fedex'],
    ['fdeex', 'fedex'],
    ['fed-ex', 'fedex'],
    ['dlh', 'dhl'],
    ['Canada Post', 'canada-post'],
    ['canadpots', 'canada-post'],
    ['usp', null],
    ['upss', null],
    ['gls', null],
    ['tnt', null],
    ['x', null],
    ['', null],
    ['f'.repeat(10_000), null],
  ])('by %j is %j', (word, meant) => {
    expect(closest(word, NAMES)).toBe(meant);
  });

  it('is always one of the candidates, and a name itself where it is there', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (word, names) => {
        const found = closest(word, names);
        expect(found === null || names.includes(found)).toBe(true);
      }),
    );
    for (const name of NAMES) expect(closest(name.toUpperCase(), NAMES)).toBe(name);
  });
});
