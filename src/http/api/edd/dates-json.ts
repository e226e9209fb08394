import { estimateTimes } from '../../../events/estimate.ts';
import type { EstimateTimes } from '../../../events/estimate-view.ts';
import { zonesOfPlace } from '../../../kernel/places/zones-of-place.ts';

type DatesJson = EstimateTimes | { readonly [member in keyof EstimateTimes]: null | 'none' };

/** A prediction's estimate in the common format of delivery dates; possibly null. */
export function datesJson(
  {
    date,
    from,
    to,
  }: { readonly date: string | null; readonly from: string | null; readonly to: string | null },
  zone: string | null,
): DatesJson {
  return date === null ? NO_DATE : estimateTimes({ date, from, to }, zone);
}

const NO_DATE = {
  date: null,
  from: null,
  to: null,
  from_local: null,
  to_local: null,
  precision: null,
  time_zone: null,
  zone_source: 'none' as const,
};

/** IANA zone of a place, if its country, region and postal code determine it. */
export function zoneOf(place: {
  readonly country: string;
  readonly region?: string | null | undefined;
  readonly postal_code?: string | null | undefined;
}): string | null {
  const { country, region = null, postal_code: postalCode = null } = place;
  const [zone = null, ...others] = zonesOfPlace({ country, region, postalCode });
  return others.length === 0 ? zone : null;
}
