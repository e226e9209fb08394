import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readShippedYaml } from '../../platform/settings/yaml-settings.ts';
import { loadAdapters } from '../index.ts';
import { carriersCalled } from './carrier-names.ts';

const registry = await loadAdapters();
const called = (text: string) => carriersCalled(registry, text).join(' ');

describe('a carrier', () => {
  it.each([
    ['FedEx', 'fedex'],
    ['FedEx®', 'fedex'],
    ['UPS™ Ground', 'ups'],
    ['ups_ground', 'ups'],
    ['USPS Priority Mail', 'usps'],
    ['Royal Mail Tracked 48', 'royal-mail'],
    ['RoyalMail', 'royal-mail'],
    ['ROYAL-MAIL', 'royal-mail'],
    ['Shipped by Canada Post', 'canada-post'],
    ['deutsche-post-dhl', 'dhl'],
    ['Deutsche Post / DHL', 'dhl'],
    ['DHL Paket', 'dhl'],
    ['dhl_express', 'dhl'],
    ['DHLExpress', 'dhl'],
    ['ＤＨＬ', 'dhl'],
    ['Österreichische Post', 'austrian-post'],
    ['La Poste (Colissimo)', 'la-poste'],
    ['la-poste-colissimo', 'la-poste'],
    ['Post NL', 'postnl'],
    ['posten-norge', 'posten-bring'],
    ['DHL Parcel UK', 'dhl'],
    ['fedex-sameday', 'fedex'],
    ['United States Postal Service', 'usps'],
    ['ups-mi', 'ups-mail-innovations'],
    ['Standard shipping_dhl_paket', 'dhl'],
  ])('called %s is %s', (text, id) => {
    expect(called(text)).toBe(id);
  });

  it.each(['DHLink', 'UPSelling', 'fedexpert', 'Express Post', 'Post', '100003', '', '®', 'other'])(
    'is not meant by %s',
    (text) => {
      expect(called(text)).toBe('');
    },
  );

  it('is one of several that a text names', () => {
    expect(called('FedEx or UPS')).toBe('fedex ups');
    expect(called('UPS/USPS')).toBe('ups usps');
    expect(called('Hermes')).toBe('evri hermes-de');
  });

  it.each(['shopify', 'bigcommerce'])('is understood by each word that %s sends', (shop) => {
    const { carriers, other } = readShippedYaml(
      new URL(`../../../test/support/carrier-words/${shop}.yaml`, import.meta.url),
      z.looseObject({
        carriers: z.record(z.string(), z.array(z.string())),
        other: z.array(z.string()),
      }),
    );
    const expected = Object.entries({ ...carriers, '': other }).flatMap(([ids, words]) =>
      words.map((word) => [word, ids]),
    );
    expect(expected.map(([word]) => [word, called(word ?? '')])).toEqual(expected);
  });

  it('is not meant by a name of another one that contains its own', () => {
    expect(called('TNT Post Italy')).toBe('');
  });

  it('is found by each name that the hub shows', () => {
    for (const { manifest } of registry.carriers()) {
      for (const text of [manifest.name, manifest.displayName, manifest.displayName.toUpperCase()])
        expect([text, called(text)]).toEqual([text, manifest.name]);
    }
  });
});
