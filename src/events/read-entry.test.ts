import { describe, expect, it } from 'vitest';
import { erasedData, isDeletion, isQuiet } from './event.ts';
import { EVENT_TYPES } from './event-types.ts';
import { readEntry } from './read-entry.ts';
import { shipment, storedShipment } from './shipment-view.ts';
import { anEntry, anEstimate, aShipment } from './test-events.ts';

/** An entry as version 0.1.0 wrote it. */
const OF_0_1_0 = {
  id: 's',
  carrier: 'usps',
  tracking_number: '9400111202555842332607',
  mode: 'live',
  status: 'out_for_delivery',
  sub_status: null,
  confirmed: true,
  estimated_delivery: anEstimate('2026-03-12'),
  delivered_at: null,
  last_event_at: '2026-03-12T11:00:00.000Z',
  time_zone: null,
  expired: false,
  pieces: { total: 2, delivered: 1 },
  order_id: 'o',
  order_ids: ['o'],
  service_level: 'ground',
  sender_id: null,
  weight_g: 1200,
  dimensions: null,
  promised_date: '2026-03-13',
  metadata: { shop: 'north' },
  tags: ['web'],
  created_at: '2026-03-08T12:00:00.000Z',
  updated_at: '2026-03-12T11:00:01.000Z',
};

describe('an entry of the log', () => {
  it('is what happened to a parcel, with exactly the data that were written', () => {
    const entry = anEntry({ previousAttributes: { status: 'picked_up' } });
    const event = readEntry(entry);
    expect(event).toEqual({ ...entry, about: 'shipment' });
    expect(event.previousAttributes).toBe(entry.previousAttributes);
  });

  it('of version 0.1.0 is read without later members, unless these can be empty', () => {
    const event = readEntry({ ...anEntry({ type: 'shipment.edd_changed' }), data: OF_0_1_0 });
    expect(event.about).toBe('shipment');
    expect(event.data).toEqual({ ...OF_0_1_0, require_proof: [] });
  });

  it('is stored without the members that are empty or columns of the entry, and read with them', () => {
    const empty = aShipment();
    const entry = { ...anEntry(), subjectId: empty.id, occurredAtMs: Date.parse(empty.updated_at) };
    const stored = storedShipment(empty, entry);
    expect(Object.keys(stored).sort()).toEqual([
      'carrier',
      'confirmed',
      'created_at',
      'last_event_at',
      'status',
      'time_zone',
      'tracking_number',
      'tracking_url',
    ]);
    expect(readEntry({ ...entry, data: stored }).data).toEqual(empty);
    const full = aShipment({
      estimated_delivery: anEstimate('2026-03-12'),
      confirmed: false,
      expired: true,
      tags: ['web'],
      metadata: { gift: false },
      weight_g: 0,
    });
    expect(readEntry({ ...entry, data: storedShipment(full, anEntry()) }).data).toEqual(full);
  });

  it('of an erased subject says only that', () => {
    for (const type of ['shipment.created', 'shipment.deleted', 'delivery_request.resolved']) {
      const event = readEntry({ ...anEntry({ type }), data: erasedData('s') });
      expect(event).toMatchObject({ about: 'erased', type, data: { id: 's', deleted: true } });
      expect(isDeletion(event)).toBe(type === 'shipment.deleted');
    }
  });

  it('about an account, an endpoint or a shop is no event of a parcel', () => {
    const account = { id: 'a', carrier: 'ups', label: 'main', state: 'failing' };
    const data = { ...account, previous_state: 'healthy', reason: 'It refuses.' };
    const entry = { ...anEntry({ type: 'carrier_account.health_changed' }), data };
    expect(readEntry(entry)).toMatchObject({ about: 'carrier_account', data });
    const disabled = { ...anEntry({ type: 'webhook_endpoint.disabled' }), data: { id: 'e' } };
    expect(readEntry(disabled)).toMatchObject({ about: 'webhook_endpoint', data: { id: 'e' } });
    const shop = { ...anEntry({ type: 'shop.disabled' }), data: { id: 's' } };
    expect(readEntry(shop)).toMatchObject({ about: 'shop', data: { id: 's' } });
  });

  it.each([
    ['of a type that a newer version writes', 'shipment.teleported', {}],
    ['of a family that a newer version writes', 'vehicle.parked', {}],
    ['without a number', 'shipment.created', { tracking_number: null }],
    ['with a status that is none', 'shipment.created', { status: 'teleported' }],
    ['without the time it was created at', 'shipment.created', { created_at: 'yesterday' }],
    ['about a case that does not exist', 'shipment.exception_opened', { case: null }],
    ['about a request that does not exist', 'delivery_request.resolved', {}],
  ])('%s is passed on as it is, and nobody acts on it', (_, type, members) => {
    const entry = anEntry({ type, data: members });
    expect(readEntry(entry)).toEqual({ ...entry, about: 'unknown' });
  });

  it('of each type has a reader', () => {
    const beside = {
      case: { id: 'c' },
      delivery_request: { id: 'w' },
      proof: { id: 'p' },
      arriving: { expected_at: '2026-03-10T12:00:00.000Z' },
      courier: { id: 'cou_1' },
      delivery: { id: 'del_1' },
      label: 'main',
      courier_id: 'cou_1',
    };
    const read = EVENT_TYPES.map((type) => readEntry(anEntry({ type, data: beside })).about);
    expect(read).not.toContain('unknown');
  });

  it('is quiet when marked so', () => {
    expect(isQuiet(readEntry(anEntry({ data: { quiet: true } })))).toBe(true);
    expect(isQuiet(readEntry(anEntry()))).toBe(false);
  });
});

it('a shipment of a test is one that the API could return', () => {
  expect(shipment.parse(aShipment({ estimated_delivery: anEstimate('2026-03-12') }))).toBeTruthy();
});
