import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherEvidence, mergeEvidence, type PlaceReport } from './evidence.ts';
import { learnFacility, PARCELS_MIN, typeOfName } from './learn-facility.ts';

const DAY_MS = 86_400_000;
const FROM_MS = Date.parse('2026-01-20T15:00:00Z');

function placeReport(index: number, fields: Partial<PlaceReport> = {}): PlaceReport {
  const atMs = FROM_MS + index * DAY_MS;
  return {
    carrier: 'acme',
    parcelId: `parcel ${index}`,
    facility: 'MEMPHIS HUB',
    city: 'MEMPHIS',
    region: 'TN',
    postalCode: null,
    country: 'US',
    atMs,
    offset: { atMs, offsetMin: -6 * 60 },
    ...fields,
  };
}

/** The result of this many parcels, one a day. */
function learned(parcels: number, fields: (index: number) => Partial<PlaceReport> = () => ({})) {
  const all = Array.from({ length: parcels }, (_, index) => placeReport(index, fields(index)));
  const [place, ...others] = gatherEvidence(all);
  expect(others).toEqual([]);
  return place === undefined ? null : learnFacility(place);
}

describe('a place becomes a facility', () => {
  it('when enough parcels reported it on more than one day', () => {
    expect(learned(PARCELS_MIN - 1)).toBeNull();
    expect(learned(PARCELS_MIN)).toMatchObject({
      carrier: 'acme',
      code: 'MEMPHIS HUB',
      type: 'hub',
      city: 'MEMPHIS',
      region: 'TN',
      country: 'US',
      timeZone: 'America/Chicago',
      certainty: 0.5,
    });
    expect(learned(50, () => ({ atMs: FROM_MS }))).toBeNull();
  });

  it('and one parcel counts once, however often it was scanned there', () => {
    expect(learned(50, (index) => ({ parcelId: index < 25 ? 'one' : 'two' }))).toBeNull();
  });

  it('under the most reported spelling', () => {
    const spelled = learned(9, (index) => ({
      facility: index < 3 ? 'Memphis-Hub' : 'MEMPHIS  HUB',
    }));
    expect(spelled?.code).toBe('MEMPHIS  HUB');
  });

  it('with a postal code only where nearly all agree on one', () => {
    expect(learned(9, () => ({ postalCode: '38118' }))?.postalCode).toBe('38118');
    expect(learned(9, (index) => ({ postalCode: `3811${index}` }))?.postalCode).toBeNull();
  });
});

describe('a word for several buildings becomes none', () => {
  it.each([
    ['towns', (index: number) => ({ city: index % 2 === 0 ? 'MEMPHIS' : 'DALLAS' })],
    ['states', (index: number) => ({ region: index % 2 === 0 ? 'TN' : 'TX' })],
    ['countries', (index: number) => ({ country: index === 0 ? 'DE' : 'US' })],
  ])('reported in two %s', (_, fields) => {
    expect(learned(20, fields)).toBeNull();
  });

  it('but one slip among many is a slip', () => {
    expect(learned(40, (index) => ({ city: index === 0 ? 'DALLAS' : 'MEMPHIS' }))?.city).toBe(
      'MEMPHIS',
    );
  });
});

describe('its zone', () => {
  it('is not deduced while too few parcels gave an offset, where the state has two', () => {
    expect(learned(9, (index) => (index < 2 ? {} : { offset: null }))?.timeZone).toBeNull();
    expect(learned(9, (index) => (index < 3 ? {} : { offset: null }))?.timeZone).toBe(
      'America/Chicago',
    );
  });

  it('is not deduced when the carrier gives one offset all year in a place that changes clocks', () => {
    const always = (index: number) => ({
      offset: { atMs: FROM_MS + index * 30 * DAY_MS, offsetMin: -6 * 60 },
    });
    expect(learned(12, always)?.timeZone).toBeNull();
  });

  it('takes Z for nothing, which systems write for any place', () => {
    const inUtc = (index: number) => (index > 3 ? { offset: { atMs: FROM_MS, offsetMin: 0 } } : {});
    expect(learned(9, inUtc)?.timeZone).toBe('America/Chicago');
  });
});

describe('evidence', () => {
  const word = fc.constantFrom('A', 'B', 'a ', '__proto__', 'constructor');
  const one = fc
    .record({ index: fc.nat(400), facility: word, city: fc.option(word, { nil: null }) })
    .map(({ index, ...fields }) => placeReport(index, fields));

  it('of two batches together is that of all at once, in either order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: (t) => t.parcelId, maxLength: 30 }), (all) => {
        const half = Math.floor(all.length / 2);
        const [a, b] = [gatherEvidence(all.slice(0, half)), gatherEvidence(all.slice(half))];
        for (const { key, evidence } of gatherEvidence(all)) {
          const parts = [a, b].flatMap((part) => part.find((each) => each.key === key) ?? []);
          const merged = parts.map((part) => part.evidence).reduce(mergeEvidence);
          const turned = parts.map((part) => part.evidence).reduceRight(mergeEvidence);
          expect(merged).toEqual(evidence);
          expect(turned).toEqual(evidence);
        }
      }),
    );
  });

  it('stays small, whatever is reported', () => {
    const many = Array.from({ length: 3_000 }, (_, index) =>
      placeReport(index, { city: `Town ${index}`, postalCode: `${index}`.repeat(100) }),
    );
    const [place] = gatherEvidence(many);
    expect(JSON.stringify(place).length).toBeLessThan(10_000);
    expect(place && learnFacility(place)).toBeNull();
  });
});

it.each([
  ['Leipzig Hub', 'hub'],
  ['OAK CREEK WI DISTRIBUTION CENTER', 'sort_center'],
  ['Parcel Locker 12', 'pickup_point'],
  ['MEMPHIS TN CARRIER ANNEX', 'delivery_station'],
  ['0992', 'other'],
])('%s sounds like: %s', (name, type) => {
  expect(typeOfName(name)).toBe(type);
});
