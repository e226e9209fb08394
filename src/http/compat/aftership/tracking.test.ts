import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { attributeMembers, NO_ATTRIBUTES } from '../../../events/shipment-attributes.ts';
import type { ShipmentView } from '../../../events/shipment-view.ts';
import { STATUSES } from '../../../kernel/status.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { NO_PERSONAL, type ShownEvent } from '../../../tracking/ports/shipments.ts';
import { failedTests } from '../vocabulary.ts';
import { confidenceCode } from './confidence.ts';
import { SUBTAGS, tagMembers, theirs } from './subtags.ts';
import { type TrackedParcel, type TrackingTerms, toTracking } from './tracking.ts';

const SHIPMENT: ShipmentView = {
  id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
  carrier: 'ups',
  tracking_number: '1Z999AA10123456784',
  tracking_url: 'https://track.example.com/track/ups/1Z999AA10123456784',
  mode: 'test',
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
  created_at: '2026-03-10T12:00:00.123Z',
  updated_at: '2026-03-10T12:00:01.000Z',
};

const TERMS: TrackingTerms = {
  describe: ({ status, reason }) => `${status} ${reason}`,
  nowMs: Date.UTC(2026, 2, 14, 12),
  trackingPageOf: (carrier) => `https://${carrier}.example/?n={number}`,
};

let count = 0;
function event(more: Partial<ShownEvent>): ShownEvent {
  count += 1;
  return {
    identity: String(count).padStart(32, '0'),
    source: 'carrier',
    code: 'XX',
    status: 'in_transit',
    reason: null,
    milestone: null,
    occurredAt: '2026-03-11T17:00:00.000Z',
    occurredLocal: '2026-03-11T12:00:00',
    timeZone: 'America/Chicago',
    zoneSource: 'place',
    place: null,
    facility: null,
    verdict: 'applied',
    ...more,
  } as ShownEvent;
}

function tracking(
  shipment: Partial<ShipmentView>,
  events: readonly ShownEvent[] = [],
  more: Partial<TrackedParcel> = {},
) {
  const parcel = { shipment: { ...SHIPMENT, ...shipment }, personal: NO_PERSONAL, events, ...more };
  return toTracking(parcel, TERMS);
}

describe('the words for AfterShip', () => {
  it('pass the tests in their file', () => {
    expect(failedTests('aftership', theirs)).toEqual([]);
  });

  it('give each status one tag, whatever the reason, so that lists can be filtered by it', () => {
    const rules = z
      .object({
        statuses: z.array(z.object({ ours: z.looseObject({ status: z.string() }), theirs })),
      })
      .parse(parse(readFileSync(`${PROJECT_ROOT}config/compat/aftership.yaml`, 'utf8'))).statuses;
    const tags = new Map<string, Set<string>>();
    for (const { ours, theirs: subtag } of rules.filter(({ ours }) => ours.status !== 'none')) {
      const known = tags.get(ours.status) ?? new Set();
      tags.set(ours.status, known.add(tagMembers(subtag).tag));
    }
    expect([...tags.keys()].sort()).toEqual([...STATUSES].sort());
    expect([...tags].filter(([, each]) => each.size > 1)).toEqual([]);
  });

  it('have no sub-tag whose meaning was not found', () => {
    const numbers = (tag: string) =>
      SUBTAGS.flatMap((subtag) => (subtag.startsWith(tag) ? [Number(subtag.slice(-3))] : []));
    expect(Math.max(...numbers('InTransit'))).toBe(9);
    expect(Math.max(...numbers('Delivered'))).toBe(4);
    expect(numbers('Exception')).not.toContain(14);
    expect(numbers('Exception')).not.toContain(15);
    expect(Math.max(...numbers('Exception'))).toBe(18);
    expect(numbers('Pending')).toEqual([1]);
  });
});

describe('a tracking', () => {
  it('of a parcel that the carrier does not know is pending, then announced, then expired', () => {
    expect(tracking({})).toMatchObject({
      id: '0190a1b2c3d47e5f8a9b0c1d2e3f4a5b',
      created_at: '2026-03-10T12:00:00+00:00',
      slug: 'ups',
      active: true,
      tag: 'Pending',
      subtag: 'Pending_001',
      subtag_message: 'Pending',
      title: '1Z999AA10123456784',
      custom_fields: null,
      transit_time: null,
      checkpoints: [],
      customers: [],
    });
    const announced = event({ status: 'created', milestone: 'label_created' });
    expect(tracking({ last_event_at: SHIPMENT.created_at }, [announced]).subtag).toBe(
      'InfoReceived_001',
    );
    const expired = tracking({ expired: true, status: 'in_transit' });
    expect(expired).toMatchObject({ tag: 'Expired', subtag: 'Expired_001', active: false });
  });

  it('has the sub-tag of the event to which its status is due', () => {
    const departed = event({ milestone: 'departed' });
    expect(tracking({ status: 'in_transit' }, [departed]).subtag).toBe('InTransit_007');
    const other = event({ status: 'at_facility' });
    expect(tracking({ status: 'in_transit' }, [other]).subtag).toBe('InTransit_001');
  });

  it('lists checkpoints from the oldest, with local times, places and the hub’s own words', () => {
    const events = [
      event({ status: 'exception', reason: 'weather_delay' }),
      event({ status: 'none', reason: 'edd_update', occurredAt: null, occurredLocal: null }),
      event({
        status: 'picked_up',
        occurredAt: '2026-03-10T22:30:00.000Z',
        occurredLocal: '2026-03-10T17:30',
        place: {
          city: 'CHICAGO',
          region: 'IL',
          postalCode: '60607',
          country: 'US',
          facility: null,
        },
      }),
    ];
    const { checkpoints, transit_time: days, ...rest } = tracking({ status: 'exception' }, events);
    expect(checkpoints).toMatchObject([
      {
        slug: 'ups',
        checkpoint_time: '2026-03-10T17:30:00-05:00',
        location: 'Chicago, IL, US',
        city: 'CHICAGO',
        state: 'IL',
        postal_code: '60607',
        country_region: 'USA',
        country_region_name: 'United States',
        subtag: 'InTransit_002',
        raw_tag: 'picked_up',
        source: 'carrier',
      },
      { checkpoint_time: null, subtag: 'InTransit_002', raw_tag: 'none.edd_update' },
      {
        checkpoint_time: '2026-03-11T12:00:00-05:00',
        tag: 'Exception',
        subtag: 'Exception_017',
        raw_tag: 'exception.weather_delay',
        message: 'exception weather_delay',
      },
    ]);
    expect(days).toBe(3);
    expect(rest.shipment_pickup_date).toBe('2026-03-10T17:30:00-05:00');
  });

  it('names pickup, first attempt and delivery, and counts failed attempts', () => {
    const events = [
      event({ status: 'delivered', occurredLocal: '2026-03-13' }),
      event({ status: 'delivery_attempted', reason: 'recipient_unavailable' }),
      event({ status: 'picked_up', occurredAt: '2026-03-09T17:00:00.000Z' }),
    ];
    const delivered = { status: 'delivered', delivered_at: '2026-03-13T17:00:00.000Z' } as const;
    expect(tracking(delivered, events)).toMatchObject({
      active: false,
      transit_time: 4,
      shipment_delivery_date: '2026-03-13',
      first_attempted_at: '2026-03-11T12:00:00-05:00',
      failed_delivery_attempts: 1,
    });
  });

  it('is marked as returned as soon as one checkpoint says so', () => {
    const back = event({ status: 'returning' });
    expect(tracking({ status: 'in_transit' }, [event({}), back]).return_to_sender).toBe(true);
    expect(tracking({ status: 'in_transit' }, [event({})]).return_to_sender).toBe(false);
  });

  it('shows people and places in AfterShip’s members, with countries of three letters', () => {
    const personal = {
      recipient: { name: 'A. Example', email: 'a@example.com', locale: 'de' },
      origin: { country: 'DE', city: 'Berlin', postal_code: '10115' },
      destination: { country: 'US', region: 'IL', line1: '1 Main St' },
    };
    expect(tracking({}, [], { personal })).toMatchObject({
      language: 'de',
      origin_country_region: 'DEU',
      origin_city: 'Berlin',
      origin_state: null,
      destination_country_region: 'USA',
      destination_state: 'IL',
      destination_raw_location: '1 Main St',
      customers: [
        {
          role: 'receiver',
          name: 'A. Example',
          email: 'a@example.com',
          phone_number: null,
          language: 'de',
        },
      ],
    });
  });

  it('shows an estimate under its source, with its window', () => {
    const estimate = {
      date: '2026-03-12',
      from: '2026-03-12T14:00:00.000Z',
      to: '2026-03-12T17:00:00.000Z',
      from_local: '2026-03-12T09:00:00',
      to_local: '2026-03-12T12:00:00',
      precision: 'time',
      time_zone: 'America/Chicago',
      zone_source: 'postal_code',
    } as const;
    const carriers = { ...estimate, source: 'carrier', confidence: null } as const;
    expect(tracking({ estimated_delivery: carriers })).toMatchObject({
      courier_estimated_delivery_date: {
        estimated_delivery_date: '2026-03-12',
        estimated_delivery_date_min: '2026-03-12T09:00:00',
      },
      aftership_estimated_delivery_date: null,
      latest_estimated_delivery: { type: 'range', source: 'Carrier EDD' },
    });
    const rule = { ...estimate, source: 'rule', confidence: 0.5 } as const;
    expect(tracking({ estimated_delivery: rule })).toMatchObject({
      courier_estimated_delivery_date: null,
      aftership_estimated_delivery_date: {
        estimated_delivery_date: '2026-03-12',
        estimated_delivery_date_min: '2026-03-12',
        confidence_code: 30_002,
      },
      latest_estimated_delivery: { source: 'AfterShip EDD' },
    });
  });

  it('shows the parcel’s numbers with the next carrier and on the way back', () => {
    const link = { carrier: 'usps', shipmentId: SHIPMENT.id, status: null, refused: null };
    const links = [
      { ...link, kind: 'partner_leg', trackingNumber: '94' },
      { ...link, kind: 'return', trackingNumber: '95', carrier: null, shipmentId: null },
    ] as const;
    expect(tracking({}, [], { links })).toMatchObject({
      last_mile: { tracking_number: '94', slug: 'usps', source: 'system' },
      return_shipment: { id: null, tracking_number: '95', slug: null },
    });
  });

  it('has sizes in centimetres and grams, own fields, and a link to the carrier', () => {
    const shown = tracking({
      weight_g: 1_250,
      dimensions: { length_mm: 305, width_mm: 200, height_mm: 100 },
      metadata: { aftership_title: 'Order 1001', shop: 'berlin' },
      promised_date: '2026-03-15',
      tracking_number: 'A/B',
    });
    expect(shown).toMatchObject({
      shipment_weight: { unit: 'g', value: 1_250 },
      shipment_dimensions: { unit: 'cm', length: 30.5, width: 20, height: 10 },
      title: 'Order 1001',
      custom_fields: { shop: 'berlin' },
      order_promised_delivery_date: { promised_delivery_date: '2026-03-15' },
      courier_tracking_link: 'https://ups.example/?n=A%2FB',
    });
  });
});

describe('a confidence code', () => {
  it.each([
    ['rule', 0.9, true, 30_002],
    ['model', 0.9, true, 10_001],
    ['model', 0.6, true, 20_001],
    ['model', 0.3, true, 30_002],
    ['model', 0.9, false, 30_004],
  ] as const)('of a date by %s with %d: known place %s, %d', (source, confidence, known, code) => {
    expect(confidenceCode({ source, confidence, isPlaceKnown: known })).toBe(code);
  });
});
