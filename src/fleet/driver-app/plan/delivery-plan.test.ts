import { describe, expect, it } from 'vitest';
import { definedOnly } from '../../../kernel/defined-only.ts';
import { type DeliveryForm, EMPTY_FORM, entriesOf, missingIn, OUTCOMES } from './delivery-plan.ts';

const PHOTO = { type: 'image/jpeg', bytes: new Uint8Array([1]) };
const SIGNATURE = { width: 600, height: 240, strokes: [[[1, 2] as const]] };
const FIX = { lat: 53.55, lng: 9.93, accuracy_m: 8 };
const form = (given: Partial<DeliveryForm> = {}): DeliveryForm => ({
  ...EMPTY_FORM,
  shipmentIds: ['a', 'b'],
  ...given,
});

describe('what is missing for a delivery', () => {
  it('is what the merchant requires, if something is handed over', () => {
    const required = ['photo', 'signature', 'pin'] as const;
    expect(missingIn('delivered', form(), required)).toEqual(['photo', 'signature', 'pin']);
    const given = form({ photos: [PHOTO], signature: SIGNATURE, pin: '4711' });
    expect(missingIn('delivered', given, required)).toEqual([]);
    expect(missingIn('refused', form(), required)).toEqual([]);
  });

  it('is what each outcome requires itself', () => {
    expect(missingIn('neighbour', form(), [])).toEqual(['name']);
    expect(missingIn('attempted', form(), [])).toEqual(['reason']);
    expect(missingIn('damaged', form(), [])).toEqual(['photo']);
    for (const outcome of OUTCOMES) {
      expect(missingIn(outcome, form({ shipmentIds: [] }), [])).toContain('parcels');
    }
  });
});

describe('what is recorded', () => {
  it('of a delivery: the proof, then a command for each parcel', () => {
    const given = form({ photos: [PHOTO], signature: SIGNATURE, name: ' Kim ', note: 'Dog!' });
    expect(entriesOf('delivered', { ...given, where: 'mailbox' }, FIX, 'Main St 1')).toEqual([
      {
        label: 'Main St 1',
        proof: {
          shipment_ids: ['a', 'b'],
          photos: [PHOTO],
          signature: SIGNATURE,
          received_by: 'Kim',
          ...FIX,
        },
      },
      ...['a', 'b'].map((id) => ({
        label: 'Main St 1',
        event: {
          type: 'status',
          shipment_id: id,
          status: 'delivered',
          sub_status: 'mailbox',
          note: 'Dog!',
          lat: 53.55,
          lng: 9.93,
        },
        marks: { shipmentIds: [id], state: 'delivered' },
      })),
    ]);
  });

  it.each([
    ['delivered', 'delivered', undefined, 'delivered'],
    ['neighbour', 'delivered', 'neighbour', 'delivered'],
    ['attempted', 'delivery_attempted', 'access_denied', 'attempted'],
    ['refused', 'delivery_attempted', 'refused', 'attempted'],
    ['damaged', 'exception', 'damaged', 'exception'],
  ] as const)('of "%s": %s, %s', (outcome, status, subStatus, state) => {
    const given = form({ shipmentIds: ['a'], reason: 'access_denied' });
    const [entry] = entriesOf(outcome, given, null, '');
    const event = {
      type: 'status',
      shipment_id: 'a',
      status,
      ...definedOnly({ sub_status: subStatus }),
    };
    expect(entry).toEqual({ label: '', event, marks: { shipmentIds: ['a'], state } });
  });

  it('of an attempt includes no picture: nothing was handed over', () => {
    const given = form({ photos: [PHOTO], pin: '1', name: 'Kim', reason: 'access_denied' });
    expect(entriesOf('attempted', given, null, '').some((entry) => 'proof' in entry)).toBe(false);
  });
});
