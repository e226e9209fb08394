import { expect, it } from 'vitest';
import { labelledNumbers } from '../../../test/support/parcels/labelled-numbers.ts';
import { isNote, isSentence } from './note.ts';

it('knows notes from numbers', () => {
  const notes =
    'N/A|n.a.|TBD|none|see email|picked up by customer|siehe Mail|-|--|?|0|0000000|a@example.com|' +
    'Tom 0171@example.com|Maria Huber|Abholung 24.12.|24.12.2026|2026-12-24|+49 171 1234567|' +
    'Tel: +49 171 1234567|Box 12|\u200b|после праздников|未発送|' +
    'PICKUP2|TBD1|pending-2|Pick-up #3|N/A-1|no-tracking-4|Abholung-2x|Später1|EN_ATTENTE_2|recogida.3|' +
    'TBD-1-2|brak1|store-2b';
  for (const text of notes.split('|')) expect(isNote(text), text).toBe(true);
  const numbers =
    '1Z999AA10123456784|1Z 999 AA1 01 2345 6784|RR123456785DE|RR 123 456 785 DE|FedEx 794644790501|' +
    'Tracking number: 794644790501|R1000|123456789012|00340434161094015902|JJD000390007827392|C1234|' +
    'TBD12345|NAB1|PENDINGTON1|LATERAL1000|ORDER-1001|TBA000000000000|' +
    'https://www.fedex.com/fedextrack/?trknbr=794644790501|42010115 9400111202555842332607';
  for (const text of numbers.split('|')) {
    expect(isNote(text), text).toBe(false);
  }
  expect(isSentence('picked up on 24 December 2026 at 12:30')).toBe(true);
  expect(isSentence('ABC DE 1234 5678')).toBe(false);
});

it('takes no number that carriers publish for a note', () => {
  const issued = labelledNumbers().filter(({ carriers }) => carriers.length > 0);
  expect(issued.filter(({ text }) => isNote(text))).toEqual([]);
});
