import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCodes, serviceOf } from './codes.ts';
import {
  canonicalEcommerceId,
  ecommerceIdOf,
  parcelDeWordsOf,
  plainWordsOf,
  standardEventOf,
} from './texts.ts';

/** The rows of codes.csv as id and text; descriptions of this kind contain no quotes. */
const documented = readFileSync(new URL('./codes.csv', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const m = /^dhl_ecommerce_event_id,(\d+),(?:"([^"]*)"|([^,]*)),/.exec(line);
    return m ? [{ id: m[1] ?? '', text: m[2] ?? m[3] ?? '' }] : [];
  });

describe('texts of DHL eCommerce', () => {
  it('have no id that is not documented', () => {
    expect(ecommerceIdOf('beamed up')).toBeNull();
    expect(ecommerceIdOf('constructor')).toBeNull();
    expect(ecommerceIdOf(null)).toBeNull();
  });

  it('stand for every documented event', () => {
    expect(documented.length).toBe(289);
    for (const { id, text } of documented) {
      expect(ecommerceIdOf(text.toUpperCase()), text).toBe(canonicalEcommerceId(id));
    }
  });

  it('are known by long dashes and to their very end', () => {
    expect(ecommerceIdOf('DELIVERED TO PICK-UP LOCATION – CUSTOMER NOTIFIED')).toBe('601');
    expect(ecommerceIdOf('DELIVERY ATTEMPTED; RETURNED FOR RE-DELIVERY')).toBe('571');
  });

  it('leave an unknown id as it is', () => {
    expect(canonicalEcommerceId('99999')).toBe('99999');
  });
});

it('words of Parcel DE mean a standard event, whatever follows them', () => {
  expect(standardEventOf('The shipment has been loaded onto the delivery vehicle')).toBe('PO');
  expect(standardEventOf('Loaded onto the delivery vehicle')).toBe('PO');
  expect(standardEventOf('Die Sendung wurde in das  Zustellfahrzeug geladen. Bis heute.')).toBe(
    'PO',
  );
  expect(standardEventOf('Die Sendung liegt in der PACKSTATION 101 zur Abholung bereit.')).toBe(
    'LA',
  );
  expect(standardEventOf('Die Sendung wurde in die PACKSTATION eingeliefert.')).toBe('ZF');
  // Only both parts together say that it waits there.
  expect(standardEventOf('Die Sendung liegt im Zielpaketzentrum.')).not.toBe('LA');
  expect(standardEventOf('Die Sendung wird zur Abholung vorbereitet.')).not.toBe('LA');
});

it('a parcel on the vehicle is known in whichever words, one that came off it is not', () => {
  expect(standardEventOf('Die Sendung wurde im Zustellfahrzeug einsortiert.')).toBe('PO');
  expect(standardEventOf('Die Sendung ist auf das Zustellfahrzeug verladen worden.')).toBe('PO');
  expect(standardEventOf('Die Sendung wurde aus dem Zustellfahrzeug geladen.')).toBeNull();
  expect(standardEventOf('Die Sendung wurde im Zustellfahrzeug nicht gefunden.')).toBeNull();
});

it('a parcel brought to a locker by the sender does not wait for the recipient', () => {
  const words = 'Die Sendung wurde vom Absender in die PACKSTATION eingeliefert.';
  expect(standardEventOf(words)).toBe('ES');
});

it('no words of Parcel DE are a delivery', () => {
  expect(standardEventOf('Die Sendung wurde erfolgreich zugestellt.')).toBeNull();
  expect(standardEventOf('The shipment has been successfully delivered')).toBeNull();
});

it('a parcel that is sent back is not merely a failed attempt', () => {
  const words = 'The shipment could not be delivered and will be returned to the sender.';
  expect(standardEventOf(words)).toBeNull();
  expect(parcelDeWordsOf(words)).toBe('return_started');
  expect(standardEventOf('The shipment could not be delivered')).toBe('ZN');
});

it('unknown words and the beginning of a longer word stand for nothing', () => {
  expect(standardEventOf(null)).toBeNull();
  expect(standardEventOf('Erfolgloser Zustellversuche')).toBeNull();
  expect(parcelDeWordsOf('Die Sendung wurde weitergeleitet.')).toBeNull();
});

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
