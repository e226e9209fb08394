import type { Personal } from '../personal.ts';

const POSTAL_CHARS = 2;

/**
 * Returns the trade lane, such as `US-10 → US-94`: countries and prefixes of postal codes, which
 * reveal no street.
 */
export function tradeLaneOf({ origin, destination }: Personal): string {
  return `${areaOf(origin)} → ${areaOf(destination)}`;
}

function areaOf(address: Personal['origin']): string {
  const country = address?.['country'];
  const postalCode = address?.['postal_code'];
  const start = typeof postalCode === 'string' ? postalCode.replace(/[^0-9A-Za-z]/g, '') : '';
  const parts = [
    typeof country === 'string' && country !== '' ? country.toUpperCase() : '?',
    start.slice(0, POSTAL_CHARS).toUpperCase(),
  ];
  return parts.filter((part) => part !== '').join('-');
}
