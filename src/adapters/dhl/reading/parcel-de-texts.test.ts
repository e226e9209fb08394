import { expect, it } from 'vitest';
import { parcelDeWordsOf, standardEventOf } from './texts.ts';

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

it('a parcel that is sent back is no mere failed attempt', () => {
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
