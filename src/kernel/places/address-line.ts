/** The countries in which envelopes have the postal code after the town. */
const TOWN_FIRST: ReadonlySet<string> = new Set([
  'AU',
  'BD',
  'BR',
  'CA',
  'CO',
  'GB',
  'GG',
  'HK',
  'ID',
  'IE',
  'IM',
  'IN',
  'JE',
  'JO',
  'KE',
  'LV',
  'NP',
  'NZ',
  'PH',
  'PK',
  'PR',
  'SG',
  'TH',
  'TW',
  'US',
  'VN',
  'ZA',
]);

export function isTownFirst(country: string | null | undefined): boolean {
  return country != null && TOWN_FIRST.has(country.toUpperCase());
}

interface AddressParts {
  readonly street: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
}

/**
 * Writes an address in one line, as on envelopes of the country; null if nothing of it is known.
 *
 * @example addressLine({ street: 'Hauptstr. 5', postalCode: '53113', city: 'Bonn', … }) //
 * 'Hauptstr. 5, 53113 Bonn'
 */
export function addressLine(address: AddressParts): string | null {
  const { street, city, region, postalCode, country } = address;
  const town = isTownFirst(country)
    ? [[city, region].filter(Boolean).join(', '), postalCode]
    : [postalCode, city];
  const line = [street, town.filter(Boolean).join(' ')].filter(Boolean).join(', ');
  return line === '' ? null : line;
}
