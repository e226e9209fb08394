import { describe, expect, it } from 'vitest';
import { inNamesOfToday, storedNamesOf } from './entry-names.ts';

const entry = (type: string, data: object, previousAttributes: object = {}) => ({
  type,
  data: { ...data },
  previousAttributes: { ...previousAttributes },
});

describe('an entry that was written under names of before', () => {
  it('is the resolution of a delivery request where it settled a wish', () => {
    const wish = { id: 'w', kind: 'reschedule', state: 'taken', made_by: 'recipient' };
    expect(inNamesOfToday(entry('shipment.wish_settled', { id: 's', wish }))).toEqual(
      entry('delivery_request.resolved', {
        id: 's',
        delivery_request: { ...wish, state: 'accepted' },
      }),
    );
  });

  it('keeps what was erased of it erased', () => {
    const erased = { id: 's', deleted: true };
    expect(inNamesOfToday(entry('shipment.wish_settled', erased)).data).toEqual(erased);
  });

  it('tells a case and its history in words of today, each in its place', () => {
    const was = { id: 'c', waits_for: 'recipient', closed_by: 'taken_back', options: [] };
    const { data, previousAttributes } = inNamesOfToday(
      entry(
        'shipment.exception_updated',
        { id: 's', case: was, happened: ['wish_made', 'opened'] },
        { case: { waits_for: null } },
      ),
    );
    expect(JSON.stringify(data)).toBe(
      JSON.stringify({
        id: 's',
        case: { id: 'c', waiting_for: 'recipient', closed_by: 'retracted', options: [] },
        happened: ['delivery_request_made', 'opened'],
      }),
    );
    expect(previousAttributes).toEqual({ case: { waiting_for: null } });
  });
});

it('an entry in names of today is handed back as it is', () => {
  const today = entry('shipment.delivered', { id: 's', status: 'delivered' });
  expect(inNamesOfToday(today)).toBe(today);
});

it('a type is sought by every name it was ever stored under', () => {
  expect(storedNamesOf('delivery_request.resolved')).toEqual([
    'delivery_request.resolved',
    'shipment.wish_settled',
  ]);
  expect(storedNamesOf('shipment.delivered')).toEqual(['shipment.delivered']);
});
