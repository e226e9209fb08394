import { expect, it } from 'vitest';
import { readCodes } from './codes.ts';
import { plainWordsOf } from './plain-texts.ts';
import { serviceOf } from './services.ts';

it('only a whole wording counts, but for case, blanks and a full stop', () => {
  expect(plainWordsOf('Returned  to SHIPPER.')).toBe('returned_to_sender');
  expect(plainWordsOf('Returned to sender depot')).toBeNull();
  expect(plainWordsOf('Delivered')).toBeNull();
  expect(plainWordsOf(null)).toBeNull();
});

it('the subject of the words adds nothing, and neither does the place where a parcel is ready', () => {
  expect(plainWordsOf('Your package is out for delivery')).toBe('out_for_delivery');
  expect(plainWordsOf('Parcel is now ready for pickup')).toBe('ready_for_collection');
  expect(plainWordsOf('The shipment was returned to the sender.')).toBe('returned_to_sender');
  expect(plainWordsOf('Shipment delivery attempt failed: no one home')).toBe('delivery_attempted');
  expect(plainWordsOf('Ready for pickup at the access point')).toBe('ready_for_collection');
  expect(plainWordsOf('Available for collection from your DHL ServicePoint')).toBe(
    'ready_for_collection',
  );
  expect(plainWordsOf('Ready for pickup at the shipper')).toBeNull();
  expect(plainWordsOf('Ready for pickup at the post office by the courier')).toBeNull();
  expect(plainWordsOf('Another parcel is out for delivery')).toBeNull();
});

it('plain words refine the coarse code of a service without words of its own', () => {
  const of = (service: string | null, statusCode: string | null, description: string) =>
    readCodes(serviceOf(service), { statusCode, status: null, description }).codes;
  expect(of(null, 'failure', 'Returned to sender')).toEqual({
    text: 'returned_to_sender',
    statusCode: 'failure',
  });
  expect(of('parcel-nl', 'transit', 'Ready for pickup')).toMatchObject({
    text: 'ready_for_collection',
  });
});

it('plain words cancel no delivery, except for a return that is called delivered', () => {
  const of = (description: string) =>
    readCodes(serviceOf(null), { statusCode: 'delivered', status: null, description }).codes;
  expect(of('Out for delivery')).toEqual({ statusCode: 'delivered' });
  expect(of('Returned to sender')).toMatchObject({ text: 'returned_to_sender' });
});

it('a code of the service itself is never overruled by words', () => {
  const said = { statusCode: 'transit', status: 'PU', description: 'Out for delivery' };
  expect(readCodes(serviceOf('express'), said).codes).not.toHaveProperty('text');
});

it('an order to return refines the coarse code, and a code that means a stage', () => {
  const of = (service: string, status: string, description: string) =>
    readCodes(serviceOf(service), { statusCode: 'transit', status, description });
  const words = 'SHIPPER INSTRUCTED TO RTO THE SHIPMENT ';
  expect(of('parcel-nl', 'transit', words).codes).toMatchObject({ text: 'return_instructed' });
  expect(of('bluedart', 'PU', words)).toMatchObject({
    codes: { status: 'PU', text: 'return_instructed' },
    canonical: 'return_instructed',
  });
  expect(of('bluedart', 'PU', 'Anything')).toMatchObject({ canonical: 'PU' });
  expect(of('express', 'PU', words).codes).not.toHaveProperty('text');
});
