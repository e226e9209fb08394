import { expect, it } from 'vitest';
import { attributeMembers, NO_ATTRIBUTES } from '../../../events/shipment-attributes.ts';
import type { ShipmentView } from '../../../events/shipment-view.ts';
import { READ_STATUSES, type Status } from '../../../kernel/status.ts';
import type { TimelineEvent } from '../../../tracking/ports/shipments.ts';
import { failedTests, readVocabulary } from '../vocabulary.ts';
import { easypostJson, easypostWords, type TrackedParcel, toTracker } from './tracker.ts';

const texts = {
  vocabulary: readVocabulary('easypost', easypostWords),
  displayName: (carrier: string) => `The ${carrier}`,
  describe: ({ status }: { readonly status: string }) => `It is ${status}.`,
};

const ID = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80';
const CREATED_AT = '2026-03-01T08:00:00.123Z';

function shipment(more: Partial<ShipmentView> = {}): ShipmentView {
  return {
    id: ID,
    carrier: 'usps',
    tracking_number: '9400111202555842332607',
    tracking_url: 'https://hub.example/track/usps/9400111202555842332607',
    mode: 'live',
    status: 'created',
    sub_status: null,
    confirmed: true,
    estimated_delivery: null,
    delivered_at: null,
    last_event_at: null,
    time_zone: null,
    expired: false,
    pieces: null,
    order_id: null,
    ...attributeMembers(NO_ATTRIBUTES),
    created_at: CREATED_AT,
    updated_at: '2026-03-02T09:00:00.456Z',
    ...more,
  };
}

function event(more: Partial<TimelineEvent>): TimelineEvent {
  return {
    identity: '1',
    source: 'carrier',
    code: '10',
    status: 'in_transit',
    reason: null,
    milestone: null,
    occurredAt: '2026-03-02T14:00:00.000Z',
    occurredLocal: '2026-03-02T09:00:00',
    timeZone: 'America/New_York',
    zoneSource: 'postal_code',
    place: null,
    verdict: 'standing',
    ...more,
  };
}

function tracker(more: Partial<ShipmentView> = {}, parcel: Partial<TrackedParcel> = {}) {
  return toTracker(
    {
      trackerUuid: ID,
      createdAt: CREATED_AT,
      shipment: shipment(more),
      events: [],
      origin: null,
      destination: null,
      ...parcel,
    },
    texts,
  );
}

it('passes the tests in config/compat/easypost.yaml', () => {
  expect(failedTests('easypost', easypostWords)).toEqual([]);
});

it('is unknown while nothing is known, with instants to the second', () => {
  expect(tracker()).toMatchObject({
    id: 'trk_0190b0a15e0b7c3e8f0b1d5a2c4e6f80',
    mode: 'production',
    status: 'unknown',
    status_detail: 'unknown',
    created_at: '2026-03-01T08:00:00Z',
    updated_at: '2026-03-02T09:00:00Z',
    weight: null,
    est_delivery_date: null,
    carrier: 'USPS',
    tracking_details: [],
    finalized: false,
  });
});

it('has words for every status', () => {
  for (const status of READ_STATUSES) {
    if (status === 'none') continue;
    const lastEventAt = '2026-03-02T14:00:00.000Z';
    const { status: theirs } = tracker({ status, last_event_at: lastEventAt });
    expect(theirs).not.toBe('unknown');
  }
});

it('takes the detail from the newest event with the status and its reason', () => {
  const events = [
    event({ identity: '3', status: 'none', reason: 'customs_info' }),
    event({ identity: '2', milestone: 'departed' }),
    event({ identity: '1', milestone: 'arrived' }),
  ];
  const status = 'in_transit' as Status;
  expect(tracker({ status }, { events }).status_detail).toBe('departed_facility');
  const held = { status, sub_status: 'held' };
  expect(tracker(held, { events }).status_detail).toBe('held');
});

it('says of a parcel that is no longer polled that it expired', () => {
  const expired = { status: 'in_transit', expired: true } as const;
  expect(tracker(expired)).toMatchObject({ status_detail: 'expired', finalized: true });
});

it('lists the events of the parcel, oldest first, and leaves out timers of the hub', () => {
  const place = {
    city: 'HOUSTON',
    region: 'TX',
    postalCode: '77063',
    country: 'US',
    facility: null,
  };
  const events = [
    event({ status: 'none', source: 'stalled' }),
    event({ status: 'none', code: '12', occurredAt: null, occurredLocal: '2026-03-03' }),
    event({ status: 'out_for_delivery', code: '11', occurredAt: null, occurredLocal: null }),
    event({ code: '10', place }),
    event({ status: 'none', code: '09', source: 'scan', occurredAt: null }),
  ];
  const details = tracker({ status: 'out_for_delivery' }, { events }).tracking_details;
  expect(details.map((each) => each.carrier_code)).toEqual(['09', '10', '11', '12']);
  expect(details.map((each) => each.status)).toEqual([
    ...['unknown', 'in_transit', 'out_for_delivery', 'out_for_delivery'],
  ]);
  expect(details.map((each) => each.datetime)).toEqual([
    ...['2026-03-02T09:00:00Z', '2026-03-02T14:00:00Z', null, '2026-03-03T00:00:00Z'],
  ]);
  expect(details.map((each) => each.source)).toEqual(['Waybill', 'USPS', 'USPS', 'USPS']);
  expect(details[1]).toMatchObject({
    message: 'It is in_transit.',
    tracking_location: { city: 'HOUSTON', state: 'TX', country: 'US', zip: '77063' },
  });
});

it('writes places and the day of the estimate as EasyPost does', () => {
  const estimate = {
    date: '2026-03-12',
    from: null,
    to: '2026-03-13T04:59:59.000Z',
    from_local: '2026-03-12T00:00:00',
    to_local: '2026-03-12T23:59:59',
    precision: 'day',
    time_zone: 'America/New_York',
    zone_source: 'postal_code',
    source: 'carrier',
    confidence: null,
  } as const;
  const day = tracker(
    { estimated_delivery: estimate },
    { destination: { city: 'HOUSTON', region: 'TX', postal_code: '77001', country: 'US' } },
  );
  expect(day.est_delivery_date).toBe('2026-03-12T00:00:00Z');
  expect(day.carrier_detail).toMatchObject({
    est_delivery_date_local: '2026-03-12',
    est_delivery_time_local: null,
    origin_location: null,
    origin_tracking_location: null,
    destination_location: 'HOUSTON TX, 77001',
  });
  const exact = tracker({
    estimated_delivery: { ...estimate, precision: 'time', to_local: '2026-03-12T12:00:00' },
  });
  expect(exact.est_delivery_date).toBe('2026-03-13T04:59:59Z');
  expect(exact.carrier_detail.est_delivery_time_local).toBe('12:00:00');
});

it('names carriers as EasyPost does, else as the adapter does', () => {
  expect(tracker({ carrier: 'fleet' }).carrier).toBe('The fleet');
  const requested = { carrier: 'sandbox', metadata: { easypost_carrier: 'UPS' } };
  expect(tracker({ ...requested, mode: 'test' }).carrier).toBe('UPS');
  expect(tracker({ ...requested, mode: 'live' }).carrier).toBe('USPS');
});

it('states weights in ounces, with a decimal point in every JSON', () => {
  const one = tracker({ weight_g: 3_856, tracking_number: '"weight":136,' });
  expect(one.weight).toBe(136);
  const json = easypostJson({ result: one, others: [tracker({ weight_g: 100 }), tracker()] });
  expect(json.match(/"weight":[^,}]*/g)).toEqual([
    '"weight":136.0',
    '"weight":3.5',
    '"weight":null',
  ]);
  expect(JSON.parse(json)).toMatchObject({
    result: { weight: 136, tracking_code: '"weight":136,' },
  });
});
