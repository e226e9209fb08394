import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PostalCodesUnusable, readPostalCodes } from './postal-codes-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'waybill-codes-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const name = path.join(folder, `${crypto.randomUUID()}.csv`);
  writeFileSync(name, content);
  return name;
}

describe('a file of postal codes', () => {
  it('is CSV with named columns in any order; of a code in several rows the mean counts', async () => {
    const codes = await readPostalCodes(
      file(
        'postal_code,Country,place,"lng",lat\n10115,DE,Berlin,13.38,52.53\n10115,de,B,13.40,52.55\n',
      ),
    );
    expect(codes.count).toBe(1);
    expect(codes.find('DE', '10115')).toEqual({ lat: 52.54, lng: 13.39 });
    expect(codes.find('AT', '10115')).toBeNull();
    expect(codes.find('DE', '10117')).toBeNull();
  });

  it('may be as GeoNames publishes it, and a list of first parts finds whole codes', async () => {
    const row = (country: string, code: string, lat: number, lng: number) =>
      [country, code, 'Place', ...['', '', '', '', '', ''], lat, lng, 4].join('\t');
    const codes = await readPostalCodes(
      file(
        [
          row('GB', 'SW1A', 51.5, -0.14),
          row('CA', 'K1A', 45.42, -75.7),
          row('NL', '1012', 52.37, 4.89),
          row('US', '10118', 40.75, -73.99),
          row('PL', '00-001', 52.23, 21.01),
          row('PL', '00', 1, 1),
        ].join('\n'),
      ),
    );
    expect(codes.find('gb', 'sw1a 1aa')).toEqual({ lat: 51.5, lng: -0.14 });
    expect(codes.find('CA', 'K1A0B1')).toEqual({ lat: 45.42, lng: -75.7 });
    expect(codes.find('NL', '1012 AB')).toEqual({ lat: 52.37, lng: 4.89 });
    expect(codes.find('US', '10118-0110')).toEqual({ lat: 40.75, lng: -73.99 });
    expect(codes.find('PL', '00001')).toEqual({ lat: 52.23, lng: 21.01 });
    // In Poland the hyphen is part of the code.
    expect(codes.find('PL', '00-999')).toBeNull();
  });

  it.each([
    ['nothing', '', /lists no postal code/],
    ['no header', '10115,DE,1,1\n', /:1: expected a header with country, postal_code, lat, lng/],
    [
      'a country in words',
      'country,postal_code,lat,lng\nGermany,1,1,1\n',
      /:2: expected a country/,
    ],
    ['no number', 'country,postal_code,lat,lng\nDE,1,x,1\n', /:2: lat and lng are no degrees/],
    ['an empty number', 'country,postal_code,lat,lng\nDE,1,,\n', /:2: lat and lng are no degrees/],
  ])('with %s is refused, and it says where', async (_, content, message) => {
    const reading = readPostalCodes(file(content));
    await expect(reading).rejects.toThrow(PostalCodesUnusable);
    await expect(reading).rejects.toThrow(message);
  });

  it('that is not there is refused', async () => {
    await expect(readPostalCodes(path.join(folder, 'nix'))).rejects.toThrow(/cannot be read/);
  });
});
