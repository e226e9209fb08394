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
      for (const key of spellings(country, postalCode)) {
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
function spellings(country: string, postalCode: string): string[] {
  const is = country.trim().toUpperCase();
  const whole = postalKey(is, postalCode);
  const parts = [whole];
  // ZIP+4, and `1010-A`: the part after the hyphen is an end of a street.
  const [head = ''] = postalCode.split('-');
  if (head !== postalCode && is !== 'PL' && is !== 'JP' && is !== 'BR')
    parts.push(postalKey(is, head));
  const code = whole.slice(3);
  if (is === 'GB' && code.length > 4) parts.push(`${is} ${code.slice(0, -3)}`);
  const first = FIRST_PART[is];
  if (first !== undefined && code.length > first) parts.push(`${is} ${code.slice(0, first)}`);
  return parts;
}

/** The search key of a code, however it is spelled. */
export function postalKey(country: string, code: string): string {
  return `${country.toUpperCase()} ${code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`;
}
