import { zonesOfPlace } from '../../kernel/places/zones-of-place.ts';
import { zoneNamed } from '../../kernel/time/formatters.ts';
import type { ReportedOffset } from './evidence.ts';

/**
 * Deduces the IANA zone of a place from its location and from the offsets that its carrier reported
 * there. Null unless exactly one zone of its country, state or postal code agrees with all of them.
 * Winter offsets alone do not distinguish Denver from Phoenix: then there is no zone until summer.
 * Pure.
 *
 * @example deduceZone({ country: 'US', region: 'AZ', postalCode: null }, winterAndSummer)
 */
export function deduceZone(
  place: {
    readonly country: string | null;
    readonly region: string | null;
    readonly postalCode: string | null;
  },
  offsets: readonly ReportedOffset[],
): string | null {
  const [zone, another] = zonesOfPlace(place).filter((name) => agrees(name, offsets));
  return zone !== undefined && another === undefined ? zone : null;
}

function agrees(name: string, offsets: readonly ReportedOffset[]): boolean {
  const zone = zoneNamed(name);
  return zone.isValid && offsets.every(({ atMs, offsetMin }) => zone.offset(atMs) === offsetMin);
}
