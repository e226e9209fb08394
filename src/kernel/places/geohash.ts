import type { LatLng } from './distance.ts';

/** South, west, north and east, in degrees. */
interface Box {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

const DIGITS = '0123456789bcdefghjkmnpqrstuvwxyz';

/** The longest geohash: cells range from 1,250 km to 5 m. */
const LENGTH_MAX = 9;

export function isGeohash(text: string): boolean {
  return text.length <= LENGTH_MAX && /^[0-9bcdefghjkmnpqrstuvwxyz]+$/.test(text);
}

/** The cell of this many digits that contains a place. Pure. */
export function geohashOf({ lat, lng }: LatLng, length: number): string {
  const at = { south: -90, west: -180, north: 90, east: 180 };
  let hash = '';
  for (let digit = 0; digit < length; digit += 1) {
    let value = 0;
    for (let bit = 0; bit < 5; bit += 1) {
      const isEast = (digit * 5 + bit) % 2 === 0;
      const middle = isEast ? (at.west + at.east) / 2 : (at.south + at.north) / 2;
      const isUpper = (isEast ? lng : lat) >= middle;
      if (isEast) at[isUpper ? 'west' : 'east'] = middle;
      else at[isUpper ? 'south' : 'north'] = middle;
      value = value * 2 + Number(isUpper);
    }
    hash += DIGITS[value] ?? '';
  }
  return hash;
}

/** The area of a cell; its lower edges belong to it, its upper ones to its neighbours. Pure. */
export function geohashBox(hash: string): Box {
  const at = { south: -90, west: -180, north: 90, east: 180 };
  for (const [place, digit] of [...hash].entries()) {
    const value = DIGITS.indexOf(digit);
    for (let bit = 0; bit < 5; bit += 1) {
      const isEast = (place * 5 + bit) % 2 === 0;
      const isUpper = ((value >> (4 - bit)) & 1) === 1;
      if (isEast) at[isUpper ? 'west' : 'east'] = (at.west + at.east) / 2;
      else at[isUpper ? 'south' : 'north'] = (at.south + at.north) / 2;
    }
  }
  return at;
}

/** The smallest cells, all of one size and at most `cellsMax`, that cover a box. Pure. */
export function geohashesOver(box: Box, cellsMax: number): string[] {
  for (let length = 8; length > 1; length -= 1) {
    const cells = cellsCovering(box, length, cellsMax);
    if (cells !== null) return cells;
  }
  return [...DIGITS];
}

/** Returns the cells of this length that cover a box; null if there are more than `cellsMax`. */
function cellsCovering(
  { south, west, north, east }: Box,
  length: number,
  cellsMax: number,
): string[] | null {
  const first = geohashBox(geohashOf({ lat: south, lng: west }, length));
  const [heightDeg, widthDeg] = [first.north - first.south, first.east - first.west];
  const rows = Math.ceil((north - first.south) / heightDeg);
  const columns = Math.ceil((east - first.west) / widthDeg);
  if (rows * columns > cellsMax) return null;
  const cells: string[] = [];
  for (let row = 0; row < Math.max(1, rows); row += 1) {
    for (let column = 0; column < Math.max(1, columns); column += 1) {
      const lat = first.south + (row + 0.5) * heightDeg;
      const lng = first.west + (column + 0.5) * widthDeg;
      cells.push(geohashOf({ lat, lng }, length));
    }
  }
  return cells;
}
