import type { LatLng } from './distance.ts';

/** The centre of a postal code's area. */
interface Centroid {
  readonly lat: number;
  readonly lng: number;
}

/** Centroids by country and postal code, in memory. */
export interface PostalCodes {
  /** Returns the centroid; null if the code is not listed. */
  find(country: string, postalCode: string): Centroid | null;
  readonly count: number;
}

export const NO_POSTAL_CODES: PostalCodes = { find: () => null, count: 0 };

/** Sum of the places of a code that occurs in several rows. */
export interface CentroidSum {
  lat: number;
  lng: number;
  rows: number;
}

/** @param sums by `postalKey`. */
export function postalCodesOf(sums: ReadonlyMap<string, Readonly<CentroidSum>>): PostalCodes {
  return {
    count: sums.size,
    find(country, postalCode) {
      for (const key of keysToTry(country, postalCode)) {
        const sum = sums.get(key);
        if (sum !== undefined) return { lat: sum.lat / sum.rows, lng: sum.lng / sum.rows };
      }
      return null;
    },
  };
}

/**
 * The length of the first part of a code, by which lists of these countries often name an area:
 * `SW1A` for SW1A 1AA, `K1A` for K1A 0B1.
 */
const FIRST_PART: Readonly<Record<string, number>> = { CA: 3, IE: 3, NL: 4, PT: 4, MT: 3 };

/**
 * Returns the code itself, and the names that a list may use for its area; the most exact first.
 */
function keysToTry(country: string, postalCode: string): string[] {
  const countryCode = country.trim().toUpperCase();
  const whole = postalKey(countryCode, postalCode);
  const parts = [whole];
  // ZIP+4, and `1010-A`: the part after the hyphen is an end of a street.
  const [head = ''] = postalCode.split('-');
  if (head !== postalCode && countryCode !== 'PL' && countryCode !== 'JP' && countryCode !== 'BR')
    parts.push(postalKey(countryCode, head));
  const code = whole.slice(3);
  if (countryCode === 'GB' && code.length > 4) parts.push(`${countryCode} ${code.slice(0, -3)}`);
  const first = FIRST_PART[countryCode];
  if (first !== undefined && code.length > first)
    parts.push(`${countryCode} ${code.slice(0, first)}`);
  return parts;
}

/** The search key of a code, however it is spelled. */
export function postalKey(country: string, code: string): string {
  return `${country.toUpperCase()} ${code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`;
}

/** Roughly the middle of a country or of a part of one. */
interface RoughCentre extends LatLng {
  readonly precision: 'region' | 'country';
}

/**
 * Returns roughly the middle of a region, or else of its country; null if neither is known. Accurate
 * to half a degree: for drawing a course across a map, not for calculations.
 *
 * @param region as carriers give it: in the United States and Canada the two letters.
 * @example roughCentre('US', 'VA') // { lat: 37.5, lng: -78.5, precision: 'region' }
 */
export function roughCentre(country: string | null, region: string | null): RoughCentre | null {
  const code = country?.toUpperCase() ?? '';
  const part = REGIONS[code]?.get(region?.trim().toUpperCase() ?? '');
  if (part !== undefined) return { ...part, precision: 'region' };
  const whole = COUNTRIES.get(code);
  return whole === undefined ? null : { ...whole, precision: 'country' };
}

/** Reads places separated by commas: code, latitude and longitude, such as `VA 37.5 -78.5`. */
function parsePlaces(text: string): ReadonlyMap<string, LatLng> {
  return new Map(
    text
      .split(',')
      .map((each) => each.trim().split(' '))
      .map(([code = '', lat, lng]) => [code, { lat: Number(lat), lng: Number(lng) }]),
  );
}

const COUNTRIES = parsePlaces(`
  AD 42.5 1.5, AE 24 54, AL 41 20, AM 40 45, AR -35 -65, AT 47.5 14, AU -25 134, AZ 40.5 47.5,
  BA 44 18, BD 24 90, BE 50.5 4.5, BG 42.5 25.5, BH 26 50.5, BO -17 -65, BR -10 -53, BY 53.5 28,
  CA 57 -100, CH 47 8, CL -33 -71, CN 35 104, CO 4 -73, CR 10 -84, CY 35 33, CZ 50 15.5,
  DE 51 10.5, DK 56 9.5, DO 19 -70.5, DZ 28 3, EC -1.5 -78.5, EE 58.5 25.5, EG 27 30, ES 40 -3.5,
  FI 64 26, FO 62 -7, FR 46.5 2.5, GB 53 -1.5, GE 42 43.5, GH 8 -1, GI 36 -5.5, GL 70 -41,
  GR 39 22, GT 15.5 -90, HK 22.5 114, HN 15 -86.5, HR 45 16, HU 47 19.5, ID -2 118, IE 53 -8,
  IL 31.5 35, IN 22 79, IQ 33 44, IS 65 -18.5, IT 43 12.5, JM 18 -77.5, JO 31 36.5, JP 36.5 138,
  KE 0.5 38, KR 36.5 128, KW 29.5 47.5, KZ 48 67, LB 34 36, LI 47 9.5, LK 7.5 81, LT 55.5 24,
  LU 49.5 6, LV 57 25, MA 32 -6, MC 43.5 7.5, MD 47 28.5, ME 42.5 19, MK 41.5 21.5, MO 22 113.5,
  MT 36 14.5, MX 23.5 -102, MY 3.5 109, NG 9.5 8, NI 13 -85, NL 52 5.5, NO 62 10, NP 28.5 84,
  NZ -42 172, OM 21 57, PA 8.5 -80, PE -9.5 -75, PH 12 122.5, PK 30 69.5, PL 52 19.5, PR 18 -66.5,
  PT 39.5 -8, PY -23.5 -58, QA 25.5 51, RO 46 25, RS 44 21, RU 58 60, SA 24 45, SE 62 16,
  SG 1.5 104, SI 46 15, SK 48.5 19.5, SM 44 12.5, SV 14 -89, TH 15 101, TN 34 9.5, TR 39 35,
  TT 10.5 -61.5, TW 24 121, UA 49 31.5, US 39.5 -98.5, UY -33 -56, UZ 41.5 64, VA 42 12.5,
  VE 7 -66, VN 16 107.5, XK 42.5 21, ZA -29 25`);

const REGIONS: Readonly<Record<string, ReadonlyMap<string, LatLng>>> = {
  US: parsePlaces(`
    AL 33 -86.5, AK 64 -152, AZ 34.5 -111.5, AR 35 -92.5, CA 37 -119.5, CO 39 -105.5, CT 41.5 -72.5,
    DE 39 -75.5, DC 39 -77, FL 28.5 -82, GA 32.5 -83.5, HI 20.5 -157, ID 44.5 -114.5, IL 40 -89,
    IN 40 -86, IA 42 -93.5, KS 38.5 -98.5, KY 37.5 -85.5, LA 31 -92, ME 45.5 -69, MD 39 -76.5,
    MA 42.5 -72, MI 44 -85, MN 46 -94.5, MS 32.5 -89.5, MO 38.5 -92.5, MT 47 -109.5, NE 41.5 -100,
    NV 39.5 -116.5, NH 43.5 -71.5, NJ 40 -74.5, NM 34.5 -106, NY 43 -75.5, NC 35.5 -79.5,
    ND 47.5 -100.5, OH 40.5 -82.5, OK 35.5 -97.5, OR 44 -120.5, PA 41 -77.5, RI 41.5 -71.5,
    SC 34 -81, SD 44.5 -100, TN 36 -86.5, TX 31.5 -99, UT 39.5 -111.5, VT 44 -72.5, VA 37.5 -78.5,
    WA 47.5 -120.5, WV 38.5 -80.5, WI 44.5 -90, WY 43 -107.5, PR 18 -66.5`),
  CA: parsePlaces(`
    AB 54.5 -115, BC 54 -125, MB 54 -97, NB 46.5 -66.5, NL 53 -60, NS 45 -63, NT 65 -118.5,
    NU 66 -90, ON 47.5 -83, PE 46.5 -63, QC 49.5 -72, SK 54.5 -106, YT 63.5 -136`),
};
