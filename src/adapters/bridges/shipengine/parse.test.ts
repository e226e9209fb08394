import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportedFact } from '../../sdk.ts';
import { parse } from './parse.ts';

const DENVER = { city_locality: 'DENVER', state_province: 'CO', postal_code: '80202' };
const PLACE = { ...DENVER, country_code: 'US' };

function read(parcel: object) {
  const text = JSON.stringify({ tracking_number: '1Z999', carrier_code: 'ups', ...parcel });
  return parse({ text, kind: 'track', httpStatus: 200 });
}

function factsOf(parcel: object): readonly ReportedFact[] {
  const outcome = read(parcel);
  return outcome.outcome === 'reports' ? (outcome.reports[0]?.facts ?? []) : [];
}

describe('the time of an event', () => {
  const timeOf = (occurred_at: string, carrier_occurred_at: string | null, place: object = {}) =>
    factsOf({ events: [{ occurred_at, carrier_occurred_at, event_code: 'X', ...place }] })[0]?.time;

  it.each([
    ['2026-04-13T19:20:00Z', '2026-04-13T13:20:00', -360],
    ['2026-04-13T19:20:00Z', '2026-04-13T13:20:00Z', -360],
    ['2026-04-13T19:20:00Z', '2026-04-14T00:50:00', 330],
    ['2026-04-13T19:20:00.289Z', '2026-04-14T08:20:00.289', 780],
  ])('has the offset between %s and %s', (utc, local, offsetMin) => {
    expect(timeOf(utc, local)).toMatchObject({
      local: local.slice(0, 19),
      zoneSource: 'offset',
      offsetMin,
    });
  });

  it('is in UTC where there is no local time, or none that a zone could have', () => {
    const utc = { local: '2026-04-13T19:20:00', zoneSource: 'offset', offsetMin: 0 };
    expect(timeOf('2026-04-13T19:20:00Z', null)).toMatchObject(utc);
    expect(timeOf('2026-04-13T19:20:00Z', '2026-04-13T13:21:00')).toMatchObject(utc);
    expect(timeOf('2026-04-13T19:20:00Z', '2026-04-15T13:20:00')).toMatchObject(utc);
  });

  it('is local where both are the same: in the zone of the place, or in an unknown one', () => {
    const both = '2026-04-13T13:20:00';
    const local = { local: both, offsetMin: null, zoneSource: 'none' };
    expect(timeOf(`${both}Z`, both)).toMatchObject(local);
    expect(timeOf(both, both)).toMatchObject(local);
    expect(timeOf(`${both}Z`, `${both}Z`, PLACE)).toMatchObject({
      local: both,
      zone: 'America/Denver',
      offsetMin: -360,
    });
  });
});

describe('a parcel whose events have no status', () => {
  const events = [
    { occurred_at: '2026-04-12T12:00:00Z', event_code: 'U1' },
    { occurred_at: '2026-04-11T12:00:00Z', event_code: 'U0' },
  ];

  it('has its own status as one more fact, at the newest event', () => {
    const facts = factsOf({ status_code: 'IT', status_detail_code: 'IN_TRANSIT', events });
    expect(facts.map(({ codes }) => codes)).toEqual([
      { status: 'UN', event: 'U1' },
      { status: 'UN', event: 'U0' },
      { status: 'IT', detail: 'IN_TRANSIT' },
    ]);
    expect(facts[2]?.time.local).toBe('2026-04-12T12:00:00');
  });

  it('was delivered when it says so', () => {
    const parcel = { status_code: 'DE', actual_delivery_date: '2026-04-13T09:00:00Z', events };
    expect(factsOf(parcel)[2]?.time.local).toBe('2026-04-13T09:00:00');
    expect(factsOf({ status_code: 'DE', events: [] })[0]).toMatchObject({
      codes: { status: 'DE' },
      time: { local: null },
    });
  });

  it.each(['NY', 'UN', null])('has none with the status %s', (status_code) => {
    expect(factsOf({ status_code, events })).toHaveLength(2);
    expect(read({ status_code, events: [] })).toMatchObject({ outcome: 'not_yet' });
  });
});

it('the status of an event decides where any event has one', () => {
  const events = [{ status_code: 'IT', event_code: 'X' }, { event_code: 'Y' }];
  const codes = factsOf({ status_code: 'DE', events }).map((fact) => fact.codes['status']);
  expect(codes).toEqual(['IT', 'UN']);
});

it('the carrier is that of the parcel, or else that in the address of a push', () => {
  const pushOf = (resource_url: string, data: object) => {
    const outcome = parse({
      text: JSON.stringify({
        resource_type: 'API_TRACK',
        resource_url,
        data: { tracking_number: 'A1', status_code: 'DE', ...data },
      }),
      kind: 'webhook',
    });
    return outcome.outcome === 'reports' ? outcome.reports[0]?.carrier : outcome.outcome;
  };
  const url = 'https://api.shipengine.com/v1/tracking?carrier_code=ups&tracking_number=A1';
  expect(pushOf(url, {})).toBe('ups');
  expect(pushOf(url, { carrier_code: 'usps' })).toBe('usps');
  expect(pushOf('https://api.shipengine.com/v1/labels/se-1/track', {})).toBe('unreadable');
});

it('the day of delivery is a midnight', () => {
  const dayOf = (estimated_delivery_date: unknown) => {
    const outcome = read({ status_code: 'DE', estimated_delivery_date });
    const [report] = outcome.outcome === 'reports' ? outcome.reports : [];
    return report?.snapshot.estimatedDelivery?.date;
  };
  for (const text of ['2026-04-13', '2026-04-13T00:00:00', '2026-04-13T00:00:00.000Z']) {
    expect(dayOf(text)).toBe('2026-04-13');
  }
  for (const text of ['2026-04-13T03:00:00Z', '2026-13-01', 'soon', 5, null]) {
    expect(dayOf(text)).toBeUndefined();
  }
});

// ShipEngine/shipengine-openapi pull request 6: events have empty texts where nothing is known.
it('an empty text is no place and nobody who signed', () => {
  const empty = { city_locality: '', state_province: '', postal_code: '', country_code: '' };
  const event = { occurred_at: '2026-04-13T19:20:00Z', event_code: 'X', ...empty, signer: '' };
  expect(factsOf({ events: [event] })).toMatchObject([{ place: null }]);
  expect(factsOf({ events: [{ ...event, city_locality: 'Buffalo' }] })[0]?.place).toMatchObject({
    city: 'Buffalo',
    postalCode: null,
  });
});

it('nobody who signed is in a report', () => {
  const outcome = read({ events: [{ event_code: 'X', signer: 'SOMEBODY', company_name: 'FIRM' }] });
  expect(JSON.stringify(outcome)).not.toMatch(/SOMEBODY|FIRM/);
});

it('any JSON has an outcome', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.jsonValue(),
      fc.constantFrom(200, 400, 404, 500),
      (a, b, status) => {
        for (const value of [a, { carrier_code: a, events: b }, { data: { events: [a, b] } }]) {
          const text = JSON.stringify(value);
          parse({ text, httpStatus: status, kind: 'track', requestedNumber: 'A1' });
        }
      },
    ),
  );
});
