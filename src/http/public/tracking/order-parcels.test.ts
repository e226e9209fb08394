import { describe, expect, it } from 'vitest';
import { createEnvelopeSealer, createKeyring } from '../../../platform/sealing/sealing.ts';
import { onlyShop, visibleParcels } from './find.ts';

const random = (length: number) => new Uint8Array(length).fill(9);
const sealer = createEnvelopeSealer(createKeyring([new Uint8Array(32).fill(1)], random));
const others = createEnvelopeSealer(createKeyring([new Uint8Array(32).fill(2)], random));

function parcel(destination: unknown, by = sealer) {
  const personal = { recipient: null, origin: null, destination };
  const { sealed, dataKey } = by.seal(Buffer.from(JSON.stringify(personal)));
  return {
    merchantId: 'm1',
    mode: 'live' as const,
    merchantSlug: 'acme',
    orderLookup: 'with_postal_code' as const,
    carrier: 'acme',
    trackingNumber: 'K1',
    personal: Buffer.from(sealed),
    dataKey: Buffer.from(dataKey),
  };
}

const isVisible = (each: ReturnType<typeof parcel>, postalCode: string | null) =>
  visibleParcels([each], postalCode, sealer).length === 1;
const to = (merchantSlug: string, code?: string) => ({
  ...parcel({ postal_code: code }),
  merchantSlug,
});

describe('a parcel of a merchant that requires the postal code', () => {
  it('stays hidden without a code, with an empty one and with a wrong one', () => {
    const here = parcel({ postal_code: '10115' });
    for (const given of [null, '', ' - ', '10116', '1011', '101155']) {
      expect(isVisible(here, given)).toBe(false);
    }
  });

  it('stays hidden when its own postal code is unknown, erased or sealed for another tenant', () => {
    expect(isVisible(parcel(null), '10115')).toBe(false);
    expect(isVisible(parcel({}), '10115')).toBe(false);
    expect(isVisible(parcel({ postal_code: '' }), '')).toBe(false);
    expect(isVisible(parcel({ postal_code: 10115 }), '10115')).toBe(false);
    const here = parcel({ postal_code: '10115' });
    expect(visibleParcels([{ ...here, dataKey: null }], '10115', sealer)).toEqual([]);
    expect(visibleParcels([{ ...here, personal: null }], '10115', sealer)).toEqual([]);
    expect(isVisible(parcel({ postal_code: '10115' }, others), '10115')).toBe(false);
  });

  it.each([
    ['SW1A 1AA', 'sw1a1aa'],
    ['1010-010', '1010010'],
    ['１０１１５', '10115'],
    ['22153', '22153-1234'],
    ['22153-1234', '22153'],
  ])('is shown for %s when %s was typed', (own, given) => {
    expect(isVisible(parcel({ postal_code: own }), given)).toBe(true);
  });

  it('distinguishes nine-digit codes', () => {
    expect(isVisible(parcel({ postal_code: '22153-1234' }), '22153-9999')).toBe(false);
  });
});

it('shows the parcels of merchants with open lookup to everybody', () => {
  const open = { ...parcel(null), orderLookup: 'open' as const };
  expect(visibleParcels([open], null, sealer)).toEqual([open]);
});

it('a shop is never guessed: only a postal code to which no other shop can have sent names one', () => {
  const shopOf = (given: string | null, ...parcels: ReturnType<typeof to>[]) =>
    onlyShop(parcels, given, sealer);
  expect(shopOf(null, to('a', '10115'), to('b', '20095'))).toBeNull();
  expect(shopOf('10115', to('a', '10115'), to('b', '20095'))).toBe('a');
  expect(shopOf('99999', to('a', '10115'), to('b', '20095'))).toBeNull();
  expect(shopOf('10115', to('a'), to('b', '10115'))).toBeNull();
  const many = Array.from({ length: 20 }, (_, nr) => to(`shop-${nr}`, String(nr)));
  expect(shopOf('7', ...many)).toBeNull();
});
