import { expect, it } from 'vitest';
import { loadAdapters } from '../../../adapters/index.ts';
import { newShipment } from '../../api/shipments/new-shipment.ts';
import { pastedSpellings, spellingsOf } from './spellings.ts';

const registry = await loadAdapters();
const spellings = spellingsOf(registry);

it('finds nothing in spaces and dashes alone', () => {
  expect(spellings(' - - ')).toEqual([]);
});

it('gives one spelling for nearly every number', () => {
  expect(spellings('1z 999 aa1 0123 4567 84')).toEqual(['1Z999AA10123456784']);
});

it('keeps separate spellings when carriers read a number differently', () => {
  // The leading ZIP is routing information to one carrier and part of the number to others.
  expect(spellings('420221539400111899223197428490')).toEqual(
    expect.arrayContaining(['9400111899223197428490', '420221539400111899223197428490']),
  );
});

it.each([
  ['794612345674', '#794612345674'],
  ['794612345674', 'FedEx №794612345674 (parcel 1 of 2)'],
  ['794612345674', 'https://www.fedex.com/fedextrack/?trknbr=794612345674&cntry_code=de'],
  ['12AB99123', 'Tracking no.: 12-ab-99123'],
  ['12AB99123', 'Sendungsnummer Nº １２ab９９123'],
  ['12345', '١٢٣٤٥'],
])('includes %s, as which %s is registered', (number, text) => {
  const { trackingNumber } = newShipment(registry, { carrier: 'fedex', tracking_number: text });
  expect(trackingNumber).toBe(number);
  expect(pastedSpellings(registry)(text).flat(2)).toContain(number);
});

it('reads at most ten numbers of a text, and none of a longer one than registration', () => {
  const list = Array.from({ length: 30 }, (_, i) => `PK79461204${10 + i}`).join(' ');
  expect(pastedSpellings(registry)(list)).toHaveLength(10);
  expect(pastedSpellings(registry)(`PK7946120431${' '.repeat(512)}`)).toEqual([]);
});
