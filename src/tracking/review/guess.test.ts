import { describe, expect, it } from 'vitest';
import type { Status } from '../../kernel/status.ts';
import { cpuMsOf } from '../../kernel/test-runs.ts';
import { guessMeaning, phrasesIn } from './guess.ts';
import { LEXICON } from './lexicon.ts';

const fromText = (...texts: string[]) => guessMeaning({ texts, documented: null, neighbours: [] });

const between = (before: Status | null, after: Status | null, parcels: number) =>
  Array.from({ length: parcels }, () => ({ before, after }));

describe('a guess from words', () => {
  it.each([
    ['Package picked up by carrier', 'picked_up', null],
    ['Arrived at sort facility', 'at_facility', null],
    ['Die Sendung wurde in das Zustellfahrzeug geladen', 'out_for_delivery', null],
    ['Empfänger nicht angetroffen', 'delivery_attempted', 'recipient_unavailable'],
    ['Not delivered, business closed', 'delivery_attempted', null],
    [
      'Zending is niet bezorgd, ontvanger niet thuis',
      'delivery_attempted',
      'recipient_unavailable',
    ],
    ['Przesyłka uszkodzona', 'exception', 'damaged'],
    ['Colis en cours de livraison', 'out_for_delivery', null],
    ['Colis retenu en douane', 'exception', 'customs_hold'],
    ['Dirección incorrecta', 'exception', 'address_not_found'],
    ['Disponibile per il ritiro', 'available_for_pickup', null],
    ['Return to sender initiated', 'returning', null],
    ['Customs clearance completed', 'in_transit', null],
    ['Shipment information sent to carrier', 'created', null],
    ['Estimated delivery date updated', 'none', null],
  ])('understands “%s”: %s, %s', (text, status, reason) => {
    expect(fromText(text)).toMatchObject({ status, reason });
  });

  it('inverts what is negated or only forecast', () => {
    expect(fromText('Could not yet be delivered').status).toBe('delivery_attempted');
    expect(fromText('Will be delivered tomorrow').status).toBe('none');
    expect(fromText('Paket wurde nicht zugestellt').status).toBe('delivery_attempted');
  });

  it('never guesses delivered with much certainty, whatever the words', () => {
    const sure = ['Delivered', 'Zugestellt', 'Delivery completed', 'Proof of delivery signed for'];
    for (const text of sure) {
      const guess = fromText(text);
      expect(guess.status).toBe('delivered');
      expect(guess.certainty).toBeLessThanOrEqual(0.45);
    }
    const all = guessMeaning({
      texts: sure,
      documented: 'Delivered',
      neighbours: between('out_for_delivery', null, 500),
    });
    expect(all).toMatchObject({ status: 'delivered' });
    expect(all.certainty).toBeLessThanOrEqual(0.75);
    expect(all.why.join()).toContain('never certain');
  });

  it('repeats no text but the lexicon’s own words', () => {
    const { why } = fromText('Delivered to ZEBEDIAH at Wobblethorpe Lane');
    expect(why.join()).toContain('“delivered”');
    expect(why.join()).not.toMatch(/zebediah|wobble/i);
  });

  it('is weak where no word is known', () => {
    expect(fromText('Qwrt zxcv')).toMatchObject({ status: 'in_transit', certainty: 0.1 });
    expect(fromText().why).toHaveLength(1);
  });
});

describe('a guess from parcels', () => {
  const fromParcels = (before: Status | null, after: Status | null, parcels: number) =>
    guessMeaning({ texts: [], documented: null, neighbours: between(before, after, parcels) });

  it.each([
    ['picked_up', 'out_for_delivery', 'at_facility'],
    ['in_transit', 'at_facility', 'in_transit'],
    ['at_facility', 'delivered', 'out_for_delivery'],
    ['out_for_delivery', 'at_facility', 'delivery_attempted'],
    ['in_transit', 'returning', 'exception'],
    [null, 'in_transit', 'picked_up'],
    ['returning', null, 'returning'],
  ] as const)('between %s and %s is %s', (before, after, status) => {
    expect(fromParcels(before, after, 20).status).toBe(status);
  });

  it('is the more certain the more parcels agree, and two are no proof', () => {
    const two = fromParcels('picked_up', 'out_for_delivery', 2).certainty;
    const count = fromParcels('picked_up', 'out_for_delivery', 40).certainty;
    expect(two).toBeLessThan(0.3);
    expect(count).toBeGreaterThan(two);
  });

  it('rejects an end after which parcels go on', () => {
    const goingOn = guessMeaning({
      texts: ['Delivered'],
      documented: null,
      neighbours: [...between('in_transit', 'out_for_delivery', 9), ...between(null, null, 1)],
    });
    expect(goingOn.status === 'delivered' ? goingOn.certainty : 0).toBeLessThan(0.2);
  });

  it('strengthens words that it agrees with', () => {
    const texts = ['Delivery attempted'];
    const alone = guessMeaning({ texts, documented: null, neighbours: [] });
    const neighbours = between('out_for_delivery', 'out_for_delivery', 20);
    const both = guessMeaning({ texts, documented: null, neighbours });
    expect(both.status).toBe('delivery_attempted');
    expect(both.certainty).toBeGreaterThan(alone.certainty);
    expect(both.why.join(' ')).toMatch(/Before it, 20 of 20 parcels were out_for_delivery/);
  });
});

describe('the lexicon', () => {
  it('is written in its comparable form: lower case, no accents, no phrase twice in a language', () => {
    const seen = new Set<string>();
    for (const { phrases } of LEXICON) {
      for (const [language, list] of Object.entries(phrases)) {
        for (const phrase of list) {
          expect(phrase).toMatch(/^[a-z]+\*?( [a-z]+\*?)*$/);
          expect([language, phrase, seen.has(`${language} ${phrase}`)]).toEqual([
            language,
            phrase,
            false,
          ]);
          seen.add(`${language} ${phrase}`);
        }
      }
    }
  });

  it('is matched quickly against any text', () => {
    const text = 'not delivered '.repeat(100_000);
    expect(cpuMsOf(() => phrasesIn(text))).toBeLessThan(10_000);
    expect(phrasesIn('\u0000'.repeat(1_000))).toEqual([]);
  });
});
