import { createHash } from 'node:crypto';

/**
 * A made-up pickup point. There are some near any postal code, always the same ones. Each carrier's
 * sandbox writes them in its own format.
 */
export interface MadePlace {
  /** Hex digits of this place, from which the carrier's ids are made. */
  readonly seed: string;
  readonly kind: MadePlaceKind;
  readonly name: string;
  readonly street: string;
  readonly city: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly lat: number;
  readonly lng: number;
  readonly distanceM: number;
  /** The hours by weekday, Monday first; null: closed on that day. Lockers never close. */
  readonly week: readonly (DayHours | null)[];
  readonly isFull: boolean;
}

export type MadePlaceKind = 'shop' | 'locker' | 'post_office' | 'facility';

export interface DayHours {
  /** Such as `09:00`. */
  readonly opens: string;
  readonly closes: string;
}

export interface PlacesWanted {
  readonly country: string;
  readonly postalCode: string;
  readonly city?: string | null;
  /**
   * The place from which distances count; absent: a place in the country, chosen by the postal
   * code.
   */
  readonly center?: { readonly lat: number; readonly lng: number } | null;
  readonly kinds: readonly MadePlaceKind[];
  readonly radiusM: number;
  readonly limit: number;
}

/** The number of places near each postal code; the last are some ten kilometres away. */
const PLACES = 16;
const STEP_M = 640;
/** A point in each country; other countries are placed on an island in the Atlantic. */
const CENTERS: Readonly<Record<string, readonly [number, number]>> = {
  AT: [47.6, 14.1],
  BE: [50.6, 4.7],
  CA: [45.5, -75.7],
  CH: [46.9, 8.2],
  DE: [51.2, 10.4],
  ES: [40.3, -3.7],
  FR: [46.6, 2.4],
  GB: [52.6, -1.5],
  IT: [43.0, 12.1],
  NL: [52.2, 5.5],
  PL: [52.1, 19.4],
  SE: [59.3, 15.2],
  US: [39.8, -98.6],
};
const ELSEWHERE = [37.7, -25.5] as const;
/** The farthest that a postal code is from its country's middle. */
const SPREAD_DEGREES = 1.5;
const METRES_PER_DEGREE = 111_195;

const NAMES: Readonly<Record<MadePlaceKind, readonly string[]>> = {
  shop: ['Harbour Books', 'Station Kiosk', 'Corner Grocer', 'Copy and Print', 'Garden Centre'],
  locker: ['Locker Market Square', 'Locker Railway Station', 'Locker Car Park', 'Locker Library'],
  post_office: ['Post Office Main Street', 'Post Office Old Town', 'Post Office Riverside'],
  facility: ['Delivery Depot North', 'Delivery Depot South'],
};
const STREETS = ['Market Street', 'Station Road', 'Mill Lane', 'Church Street', 'River Walk'];
/** Postal codes without any points, for seeing what an empty answer looks like. */
const NOBODY = /^0+$/;

/** The places near a postal code, the nearest first; none for a postal code of zeros only. */
export function placesNear(wanted: PlacesWanted): readonly MadePlace[] {
  const { country, postalCode, kinds, radiusM, limit } = wanted;
  if (kinds.length === 0 || NOBODY.test(postalCode)) return [];
  const center = wanted.center ?? centerOf(country, postalCode);
  return Array.from({ length: PLACES }, (_, index) => placeOf(wanted, center, index))
    .filter((place) => kinds.includes(place.kind) && place.distanceM <= radiusM)
    .slice(0, limit);
}

function centerOf(country: string, postalCode: string) {
  const [lat, lng] = CENTERS[country] ?? ELSEWHERE;
  const shift = (word: string) =>
    (2 * seededShare('center', country, postalCode, word) - 1) * SPREAD_DEGREES;
  return { lat: lat + shift('lat'), lng: lng + shift('lng') };
}

/** The kinds in turn, so that each is found near every postal code. */
const KINDS: readonly MadePlaceKind[] = ['shop', 'locker', 'post_office', 'shop', 'facility'];

function placeOf(
  { country, postalCode, city }: PlacesWanted,
  center: { readonly lat: number; readonly lng: number },
  index: number,
): MadePlace {
  const words = [country, postalCode, index] as const;
  const kind = KINDS[index % KINDS.length] ?? 'shop';
  const distanceM = Math.round(STEP_M * (index + 0.2 + 0.6 * seededShare('distance', ...words)));
  const bearing = 2 * Math.PI * seededShare('bearing', ...words);
  const latOff = (distanceM * Math.cos(bearing)) / METRES_PER_DEGREE;
  const metresEast = METRES_PER_DEGREE * Math.max(0.01, Math.cos((center.lat * Math.PI) / 180));
  const lngOff = (distanceM * Math.sin(bearing)) / metresEast;
  return {
    seed: seededHex('place', ...words),
    kind,
    name: seededPick(NAMES[kind], 'name', ...words),
    street: `${1 + Math.floor(150 * seededShare('house', ...words))} ${seededPick(STREETS, 'street', ...words)}`,
    city: city ?? 'Sampleton',
    postalCode,
    country,
    lat: rounded(center.lat + latOff),
    lng: rounded(center.lng + lngOff),
    distanceM,
    week: weekOf(kind, words),
    isFull: kind === 'locker' && seededShare('full', ...words) < 0.2,
  };
}

function weekOf(kind: MadePlaceKind, words: readonly (string | number)[]): MadePlace['week'] {
  if (kind === 'locker')
    return Array.from({ length: 7 }, () => ({ opens: '00:00', closes: '24:00' }));
  const opens = seededPick(['07:30', '08:00', '09:00', '10:00'], 'opens', ...words);
  const closes = seededPick(['17:00', '18:00', '18:30', '20:00'], 'closes', ...words);
  const workday = { opens, closes };
  const saturday = kind === 'facility' ? null : { opens, closes: '13:00' };
  return [workday, workday, workday, workday, workday, saturday, null];
}

function rounded(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

/** Returns hex digits that depend only on these words. This is the sandbox's only randomness. */
export function seededHex(...words: readonly (string | number)[]): string {
  return createHash('sha256').update(words.join('\u0000')).digest('hex').slice(0, 32);
}

/** Returns a number from 0 up to, not including, 1, that depends only on these words. */
export function seededShare(...words: readonly (string | number)[]): number {
  return Number.parseInt(seededHex(...words).slice(0, 12), 16) / 2 ** 48;
}

/** Picks one of the values, depending only on these words. Throws if there are none. */
export function seededPick<T>(from: readonly T[], ...words: readonly (string | number)[]): T {
  const picked = from[Math.floor(seededShare(...words) * from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

/** Sample documents: small enough for source code, and valid, so that they can be opened. */

/** A picture of one pixel. */
export const SAMPLE_PNG: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);

/** A picture of one pixel. */
export const SAMPLE_GIF: Uint8Array = Buffer.from(
  'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
  'base64',
);

/**
 * Makes a PDF of one page with these lines. Characters beyond ASCII are left out, because the
 * page's font has none.
 */
export function samplePdf(lines: readonly string[]): Uint8Array {
  const text = lines
    .map((line) => `(${line.replaceAll(/[^ -~]/g, '').replaceAll(/[\\()]/g, '\\$&')}) Tj T*`)
    .join('\n');
  const content = `BT /F1 14 Tf 20 TL 72 720 Td\n${text}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R ' +
      '/Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries.join('')}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\n`;
  return Buffer.from(`${body}${table}${trailer}startxref\n${body.length}\n%%EOF\n`, 'latin1');
}
