import { open } from 'node:fs/promises';
import {
  type CentroidSum,
  type PostalCodes,
  postalCodesOf,
  postalKey,
} from '../../kernel/places/postal-codes.ts';

/** An unusable file; says where, and what was expected. */
export class PostalCodesUnusable extends Error {
  override readonly name = 'PostalCodesUnusable';
}

/** The most rows, of about 100 bytes each in memory; the whole world has fewer. */
const ROWS_MAX = 2_500_000;
const COLUMNS = ['country', 'postal_code', 'lat', 'lng'] as const;
/** The columns of GeoNames' files, which have no header and tabs in between. */
const GEONAMES = { country: 0, postal_code: 1, lat: 9, lng: 10 } as const;

/**
 * Reads postal codes from a file: CSV with a header that names `country`, `postal_code`, `lat` and
 * `lng`, or GeoNames' tab-separated files unchanged (download.geonames.org/export/zip, CC BY 4.0).
 * For a code in several rows the mean is used. Rejects with `PostalCodesUnusable`.
 */
export async function readPostalCodes(file: string): Promise<PostalCodes> {
  const sums = new Map<string, CentroidSum>();
  const handle = await open(file).catch((error: unknown) => {
    throw new PostalCodesUnusable(`${file}: cannot be read: ${(error as Error).message}`);
  });
  try {
    let line = 0;
    let columns: Readonly<Record<(typeof COLUMNS)[number], number>> | null = null;
    let separator = ',';
    for await (const text of handle.readLines()) {
      line += 1;
      if (text.trim() === '') continue;
      if (columns === null) {
        separator = text.includes('\t') ? '\t' : ',';
        const header = text.toLowerCase().split(separator).map(unquoted);
        const isNamed = COLUMNS.every((name) => header.includes(name));
        if (!isNamed && separator === ',') throw new PostalCodesUnusable(NO_HEADER(file));
        columns = isNamed ? columnIndexes(header) : GEONAMES;
        if (isNamed) continue;
      }
      add(sums, text.split(separator).map(unquoted), columns, `${file}:${line}`);
      if (sums.size > ROWS_MAX)
        throw new PostalCodesUnusable(`${file}: has more than ${ROWS_MAX} postal codes`);
    }
  } finally {
    await handle.close();
  }
  if (sums.size === 0) throw new PostalCodesUnusable(`${file}: lists no postal code`);
  return postalCodesOf(sums);
}

const NO_HEADER = (file: string): string =>
  `${file}:1: expected a header with ${COLUMNS.join(', ')}, or a tab-separated file of GeoNames`;

function columnIndexes(header: readonly string[]): Record<(typeof COLUMNS)[number], number> {
  return {
    country: header.indexOf('country'),
    postal_code: header.indexOf('postal_code'),
    lat: header.indexOf('lat'),
    lng: header.indexOf('lng'),
  };
}

function unquoted(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1');
}

/**
 * Adds a row's coordinates to those of its postal code. Throws `PostalCodesUnusable` if the row is
 * invalid.
 */
function add(
  sums: Map<string, CentroidSum>,
  cells: readonly string[],
  columns: Readonly<Record<(typeof COLUMNS)[number], number>>,
  where: string,
): void {
  const [country = '', code = ''] = [cells[columns.country], cells[columns.postal_code]];
  const [lat, lng] = [cells[columns.lat], cells[columns.lng]].map((cell) =>
    cell === undefined || cell === '' ? Number.NaN : Number(cell),
  ) as [number, number];
  if (!/^[A-Za-z]{2}$/.test(country) || code === '') {
    throw new PostalCodesUnusable(`${where}: expected a country of two letters and a postal code`);
  }
  if (!(Math.abs(lat) <= 90 && Math.abs(lng) <= 180)) {
    throw new PostalCodesUnusable(`${where}: lat and lng are no degrees`);
  }
  const key = postalKey(country, code);
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { lat, lng, rows: 1 });
  else {
    sum.lat += lat;
    sum.lng += lng;
    sum.rows += 1;
  }
}
