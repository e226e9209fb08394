import { expect, it } from 'vitest';
import { loadAdapters } from '../index.ts';
import { detectCarriers } from './detect.ts';

const registry = await loadAdapters();

/** Forms in which people, labels and carriers write the number of one parcel. */
it.each([
  ['fedex', '9261292701078443410536', '61292701078443410536', '420112139261292701078443410536'],
  ['fedex', '9202394653001023698293', '02394653001023698293', '02394653001023698293 '],
  ['fedex', '9261292700768711948021', '420112139261292700768711948021', '92612-92700768711948021'],
  [
    'ups',
    '9274890103422546330271',
    '420331669274890103422546330271',
    '4203316612349274890103422546330271',
  ],
  [
    'usps',
    '9274890103422546330271',
    '420331669274890103422546330271',
    '9274 8901 0342 2546 3302 71',
  ],
  ['usps', 'RB123456785US', 'RB 123 456 785 US', 'rb-123456785-us'],
])('%s has one number for %s, %s and %s', (carrier, canonical, ...others) => {
  const normalize = (text: string) => registry.get(carrier)?.numbers.normalize(text);
  expect([canonical, ...others].map(normalize)).toEqual([canonical, canonical, canonical]);
});

it('postal items with blanks are one number for every carrier', () => {
  for (const { manifest, numbers } of registry.carriers()) {
    const both = [numbers.normalize('RB 123 456 785 US'), numbers.normalize('RB123456785US')];
    expect([manifest.name, ...both]).toEqual([manifest.name, both[1], both[1]]);
  }
});

it('FedEx and UPS are offered for a barcode of the post, as for the number in it', () => {
  const offered = (text: string) => detectCarriers(registry, text).map(({ carrier }) => carrier);
  expect(offered('420112139261292700768711948021')).toContain('fedex');
  expect(offered('420331669274890103422546330271')).toContain('ups');
});
