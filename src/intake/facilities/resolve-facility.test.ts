import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Facility } from './facility.ts';
import { createFacilityIndex } from './facility-index.ts';
import { type EventPlace, resolveFacility } from './resolve-facility.ts';
import { testFacility, testPlace } from './test-facility.ts';

const SHOP: Tenant = { merchantId: '00000000-0000-4000-8000-000000000001', mode: 'live' };
const OTHER: Tenant = { merchantId: '00000000-0000-4000-8000-000000000002', mode: 'live' };

function resolve(place: Partial<EventPlace>, among: Facility[], tenant: Tenant | null = null) {
  return resolveFacility(testPlace(place), tenant, createFacilityIndex(among));
}

describe('an event', () => {
  const hub = testFacility({ aliases: ['Memphis Superhub'] });

  it.each(['M1', ' m1 ', 'MEMPHIS HUB', 'memphis-superhub'])('at "%s" is at the hub', (text) => {
    expect(resolve({ facility: text, city: 'MEMPHIS', region: 'TN' }, [hub])).toBe(hub);
  });

  it('is nowhere when the word is unknown, or the carrier is another', () => {
    expect(resolve({ facility: 'M2' }, [hub])).toBeNull();
    expect(resolve({ facility: 'M1', carrier: 'other' }, [hub])).toBeNull();
    expect(resolve({ facility: null, city: null }, [hub])).toBeNull();
    expect(resolve({ facility: '—' }, [hub])).toBeNull();
  });

  it('of any carrier is at a facility of no particular one, rather of its own', () => {
    const anybodys = testFacility({ carrier: null });
    expect(resolve({ facility: 'M1', carrier: 'other' }, [hub, anybodys])).toBe(anybodys);
    expect(resolve({ facility: 'M1' }, [hub, anybodys])).toBe(hub);
  });

  it('in another country or state is elsewhere', () => {
    expect(resolve({ facility: 'M1', country: 'DE' }, [hub])).toBeNull();
    expect(resolve({ facility: 'M1', region: 'TX' }, [hub])).toBeNull();
    expect(resolve({ facility: 'M1', region: 'Tennessee' }, [hub])).toBe(hub);
  });

  it('with the carrier’s own code is there whatever town the report names', () => {
    expect(resolve({ facility: 'M1', city: 'Southaven' }, [hub])).toBe(hub);
  });

  it('with words is not, when the report names another town', () => {
    expect(resolve({ facility: 'Memphis Hub', city: 'Nashville' }, [hub])).toBeNull();
    const worded = testFacility({ code: 'DISTRIBUTION CENTER', name: 'Distribution Center' });
    expect(resolve({ facility: 'DISTRIBUTION CENTER', city: 'Nashville' }, [worded])).toBeNull();
    expect(resolve({ facility: 'DISTRIBUTION CENTER', city: 'Memphis' }, [worded])).toBe(worded);
  });
});

describe('two facilities of the same name', () => {
  const one = testFacility({ code: 'A', name: 'Sort Center', city: 'Dallas', region: 'TX' });
  const two = testFacility({ code: 'B', name: 'Sort Center', city: 'Austin', region: 'TX' });

  it('give no match, because a wrong building is worse than none', () => {
    expect(resolve({ facility: 'Sort Center' }, [one, two])).toBeNull();
    expect(resolve({ facility: 'Sort Center', city: 'El Paso' }, [one, two])).toBeNull();
  });

  it('are distinguished by town or postal code where the report has them', () => {
    expect(resolve({ facility: 'Sort Center', city: 'AUSTIN' }, [one, two])).toBe(two);
    const posted = { ...one, postalCode: '75201' };
    expect(resolve({ facility: 'Sort Center', postalCode: '75201' }, [posted, two])).toBe(posted);
  });
});

describe('a building that is reported in the place of the town', () => {
  const hub = testFacility({ name: 'Cincinnati Hub', city: 'Cincinnati', region: 'OH' });
  const plain = testFacility({ code: 'LEJ', name: 'Leipzig', city: 'Leipzig', country: 'DE' });

  it('is found by words that are no town', () => {
    expect(resolve({ city: 'CINCINNATI HUB', region: 'OH' }, [hub])).toBe(hub);
  });

  it('is not meant by the town alone: the parcel may be at somebody’s door', () => {
    expect(resolve({ city: 'CINCINNATI' }, [hub])).toBeNull();
    expect(resolve({ city: 'LEIPZIG', country: 'DE' }, [plain])).toBeNull();
    expect(resolve({ city: 'CINCINNATI HUB', postalCode: '45202' }, [hub])).toBeNull();
  });
});

describe('whose facility counts', () => {
  const shared = testFacility();
  const own = testFacility({ owner: SHOP, name: 'Our word for it' });
  const learned = testFacility({ source: 'learned', code: 'Memphis Hub' });

  it('the merchant’s own before the deployment’s, and for no other merchant', () => {
    expect(resolve({ facility: 'M1' }, [shared, own], SHOP)).toBe(own);
    expect(resolve({ facility: 'M1' }, [shared, own], OTHER)).toBe(shared);
    expect(resolve({ facility: 'M1' }, [shared, own], { ...SHOP, mode: 'test' })).toBe(shared);
    expect(resolve({ facility: 'M1' }, [shared, own], null)).toBe(shared);
    expect(resolve({ facility: 'M1' }, [own], OTHER)).toBeNull();
  });

  it('two of its own that fit alike are no match, whatever the deployment knows', () => {
    const twin = testFacility({ owner: SHOP, code: 'M9', name: 'Memphis Hub' });
    const first = testFacility({ owner: SHOP, code: 'M8', name: 'Memphis Hub' });
    expect(resolve({ facility: 'Memphis Hub' }, [shared, first, twin], SHOP)).toBeNull();
  });

  it('entered facilities before learned ones', () => {
    expect(resolve({ facility: 'Memphis Hub' }, [learned, shared])).toBe(shared);
    expect(resolve({ facility: 'Memphis Hub' }, [learned])).toBe(learned);
  });
});

describe('for any facilities and places', () => {
  const word = fc.constantFrom('A', 'A1', 'HUB', 'SORT CENTER', 'a', 'hub', 'Sort-Center');
  const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
  const town = maybe(fc.constantFrom('Dallas', 'Austin'));
  const carrier = fc.constantFrom('acme', 'other');
  const facilities = fc.array(
    fc
      .record({
        owner: maybe(fc.constantFrom(SHOP, OTHER)),
        carrier: maybe(carrier),
        code: word,
        name: word,
        city: town,
        country: maybe(fc.constantFrom('US', 'DE')),
        source: fc.constantFrom('csv' as const, 'api' as const, 'learned' as const),
      })
      .map((fields) => testFacility({ ...fields, region: null })),
    { maxLength: 12 },
  );
  const place = fc
    .record({ carrier, facility: maybe(word), city: town, country: maybe(fc.constant('US')) })
    .map(testPlace);

  it('the answer is the tenant’s or the deployment’s, of the carrier, and not contradicted', () => {
    fc.assert(
      fc.property(facilities, place, maybe(fc.constantFrom(SHOP, OTHER)), (all, at, tenant) => {
        const found = resolveFacility(at, tenant, createFacilityIndex(all));
        if (found === null) return;
        expect([null, tenant]).toContainEqual(found.owner);
        expect([null, at.carrier]).toContain(found.carrier);
        if (at.country !== null) expect([null, at.country]).toContain(found.country);
      }),
    );
  });

  it('the order in which facilities were added does not matter', () => {
    fc.assert(
      fc.property(facilities, place, (all, at) => {
        const forward = resolveFacility(at, SHOP, createFacilityIndex(all));
        const back = resolveFacility(at, SHOP, createFacilityIndex(all.toReversed()));
        expect(back).toBe(forward);
      }),
    );
  });

  it('an index after additions and removals equals a new one', () => {
    fc.assert(
      fc.property(facilities, facilities, place, (remaining, dropped, at) => {
        const index = createFacilityIndex([...dropped, ...remaining]);
        for (const { id } of dropped) index.delete(id);
        expect(index.size).toBe(remaining.length);
        expect(resolveFacility(at, SHOP, index)).toBe(
          resolveFacility(at, SHOP, createFacilityIndex(remaining)),
        );
      }),
    );
  });
});
