import { UnreadableInstance } from './window-line.ts';

/** A symmetric problem of TSPLIB 95: a closed tour that visits each city once. */
export interface TourInstance {
  readonly name: string;
  readonly cities: number;
  /** The cost from city to city, row by row. */
  readonly cost: Float64Array;
}

/** Limit of cities. The matrix of so many takes 200 MB, and the search holds one. */
const CITIES_MAX = 5_000;

/**
 * The formats of EXPLICIT matrices: the columns that row `row` of `cities` has, as the first and
 * the one after the last.
 */
const MATRICES: Readonly<
  Record<string, (row: number, cities: number) => readonly [number, number]>
> = {
  FULL_MATRIX: (_, cities) => [0, cities],
  UPPER_ROW: (row, cities) => [row + 1, cities],
  LOWER_ROW: (row) => [0, row],
  UPPER_DIAG_ROW: (row, cities) => [row, cities],
  LOWER_DIAG_ROW: (row) => [0, row + 1],
  // One triangle column by column is the other one row by row, because the matrix is symmetric.
  UPPER_COL: (row) => [0, row],
  LOWER_COL: (row, cities) => [row + 1, cities],
  UPPER_DIAG_COL: (row) => [0, row + 1],
  LOWER_DIAG_COL: (row, cities) => [row, cities],
};

interface Section {
  readonly line: number;
  readonly words: readonly string[];
}

/** Reads a TSPLIB 95 file. Throws UnreadableInstance with the line and what to fix. */
export function readTsplib(text: string): TourInstance {
  const { header, sections } = split(text);
  const type = header.get('TYPE')?.value ?? 'TSP';
  if (!/^TSP\b/.test(type)) {
    throw new UnreadableInstance(
      header.get('TYPE')?.line ?? 1,
      `TYPE is ${type}; only TYPE: TSP (symmetric) can be solved`,
    );
  }
  const cities = dimensionOf(header);
  const kind = header.get('EDGE_WEIGHT_TYPE');
  if (kind === undefined)
    throw new UnreadableInstance(1, 'EDGE_WEIGHT_TYPE is missing; add it to the header');
  // Some files of the library use their file name as NAME.
  const name = (header.get('NAME')?.value ?? '').replace(/\.tsp$/i, '');
  if (kind.value === 'EXPLICIT') return { name, cities, cost: explicit(header, sections, cities) };
  if (!isCoordinateType(kind.value)) {
    throw new UnreadableInstance(
      kind.line,
      `EDGE_WEIGHT_TYPE ${kind.value} is not supported; supported are EXPLICIT, EUC_2D, CEIL_2D, MAN_2D, MAX_2D, ATT and GEO`,
    );
  }
  return { name, cities, cost: distancesOf(kind.value, coordinates(sections, cities)) };
}

type Header = ReadonlyMap<string, { readonly value: string; readonly line: number }>;

function split(text: string): { header: Header; sections: ReadonlyMap<string, Section> } {
  const header = new Map<string, { value: string; line: number }>();
  const sections = new Map<string, { line: number; words: string[] }>();
  let section: { line: number; words: string[] } | null = null;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === 'EOF') break;
    const field = /^([A-Z][A-Z0-9_]*)\s*:\s*(.*)$/.exec(line);
    if (field !== null) {
      header.set(field[1] as string, { value: (field[2] as string).trim(), line: index + 1 });
      section = null;
    } else if (/^[A-Z][A-Z0-9_]*$/.test(line)) {
      section = { line: index + 1, words: [] };
      sections.set(line, section);
    } else if (line !== '') {
      if (section === null) {
        throw new UnreadableInstance(
          index + 1,
          'expected "KEYWORD: value" or the name of a section; this is not a TSPLIB file',
        );
      }
      for (const word of line.split(/\s+/)) section.words.push(word);
    }
  }
  return { header, sections };
}

function dimensionOf(header: Header): number {
  const field = header.get('DIMENSION');
  const cities = Number(field?.value);
  if (field === undefined || !Number.isInteger(cities) || cities < 1) {
    throw new UnreadableInstance(
      field?.line ?? 1,
      `DIMENSION is ${field === undefined ? 'missing' : field.value}; expected the number of cities`,
    );
  }
  if (cities > CITIES_MAX) {
    throw new UnreadableInstance(
      field.line,
      `DIMENSION is ${cities}; at most ${CITIES_MAX} cities are solved`,
    );
  }
  return cities;
}

function explicit(
  header: Header,
  sections: ReadonlyMap<string, Section>,
  cities: number,
): Float64Array {
  const field = header.get('EDGE_WEIGHT_FORMAT');
  const columns = MATRICES[field?.value ?? ''];
  if (columns === undefined) {
    throw new UnreadableInstance(
      field?.line ?? 1,
      `EDGE_WEIGHT_FORMAT is ${field?.value ?? 'missing'}; supported are ${Object.keys(MATRICES).join(', ')}`,
    );
  }
  const section = sectionOf(sections, 'EDGE_WEIGHT_SECTION');
  const cost = new Float64Array(cities * cities);
  let at = 0;
  for (let row = 0; row < cities; row += 1) {
    const [from, to] = columns(row, cities);
    for (let column = from; column < to; column += 1) {
      const weight = numberAt(section, at, 'EDGE_WEIGHT_SECTION');
      at += 1;
      const back = cost[column * cities + row] as number;
      if (field?.value === 'FULL_MATRIX' && column < row && weight !== back) {
        throw new UnreadableInstance(
          section.line,
          `EDGE_WEIGHT_SECTION is not symmetric: ${row + 1} to ${column + 1} is ${weight}, back ${back}`,
        );
      }
      cost[row * cities + column] = weight;
      cost[column * cities + row] = weight;
    }
  }
  checkEnd(section, at, 'EDGE_WEIGHT_SECTION');
  return cost;
}

function coordinates(
  sections: ReadonlyMap<string, Section>,
  cities: number,
): { readonly x: Float64Array; readonly y: Float64Array } {
  const section = sectionOf(sections, 'NODE_COORD_SECTION');
  const x = new Float64Array(cities);
  const y = new Float64Array(cities);
  const seen = new Uint8Array(cities);
  for (let index = 0; index < cities; index += 1) {
    const city = numberAt(section, index * 3, 'NODE_COORD_SECTION') - 1;
    if (!Number.isInteger(city) || city < 0 || city >= cities || seen[city] === 1) {
      throw new UnreadableInstance(
        section.line,
        `NODE_COORD_SECTION: city ${city + 1} is not one of 1 to ${cities}, or comes twice`,
      );
    }
    seen[city] = 1;
    x[city] = numberAt(section, index * 3 + 1, 'NODE_COORD_SECTION');
    y[city] = numberAt(section, index * 3 + 2, 'NODE_COORD_SECTION');
  }
  checkEnd(section, cities * 3, 'NODE_COORD_SECTION');
  return { x, y };
}

function sectionOf(sections: ReadonlyMap<string, Section>, name: string): Section {
  const section = sections.get(name);
  if (section !== undefined) return section;
  throw new UnreadableInstance(1, `${name} is missing`);
}

function numberAt(section: Section, at: number, name: string): number {
  const word = section.words[at];
  const number = Number(word);
  if (word !== undefined && Number.isFinite(number)) return number;
  throw new UnreadableInstance(
    section.line,
    word === undefined
      ? `${name} ends after ${section.words.length} numbers; DIMENSION asks for more`
      : `${name} contains "${word}", which is not a number`,
  );
}

function checkEnd(section: Section, read: number, name: string): void {
  if (section.words.length === read) return;
  throw new UnreadableInstance(
    section.line,
    `${name} holds ${section.words.length} numbers; DIMENSION asks for ${read}`,
  );
}

/** TSPLIB 95's distances between two points, all whole numbers. */
const MEASURES = {
  EUC_2D: (dx: number, dy: number) => Math.floor(Math.sqrt(dx * dx + dy * dy) + 0.5),
  CEIL_2D: (dx: number, dy: number) => Math.ceil(Math.sqrt(dx * dx + dy * dy)),
  MAN_2D: (dx: number, dy: number) => Math.floor(Math.abs(dx) + Math.abs(dy) + 0.5),
  MAX_2D: (dx: number, dy: number) =>
    Math.max(Math.floor(Math.abs(dx) + 0.5), Math.floor(Math.abs(dy) + 0.5)),
  /** Pseudo-Euclidean distance: rounded to the nearest, but never down. */
  ATT: (dx: number, dy: number) => {
    const exact = Math.sqrt((dx * dx + dy * dy) / 10);
    const rounded = Math.floor(exact + 0.5);
    return rounded < exact ? rounded + 1 : rounded;
  },
} as const;

type CoordinateType = keyof typeof MEASURES | 'GEO';

function isCoordinateType(type: string): type is CoordinateType {
  return type === 'GEO' || Object.hasOwn(MEASURES, type);
}

function distancesOf(
  type: CoordinateType,
  { x, y }: { readonly x: Float64Array; readonly y: Float64Array },
): Float64Array {
  const cities = x.length;
  const cost = new Float64Array(cities * cities);
  const measure = type === 'GEO' ? null : MEASURES[type];
  const lat = type === 'GEO' ? x.map(radians) : x;
  const lng = type === 'GEO' ? y.map(radians) : y;
  for (let one = 0; one < cities; one += 1) {
    for (let other = one + 1; other < cities; other += 1) {
      const distance =
        measure === null
          ? geographic(lat, lng, one, other)
          : measure(
              (x[one] as number) - (x[other] as number),
              (y[one] as number) - (y[other] as number),
            );
      cost[one * cities + other] = distance;
      cost[other * cities + one] = distance;
    }
  }
  return cost;
}

/** TSPLIB's own constants: with more precise ones the proven optima would not hold. */
const PI = Math.PI;
const EARTH_KM = 6378.388;

/** Converts degrees and minutes, written as DDD.MM, to radians. */
function radians(written: number): number {
  const degrees = Math.trunc(written);
  return (PI * (degrees + (5 * (written - degrees)) / 3)) / 180;
}

function geographic(lat: Float64Array, lng: Float64Array, one: number, other: number): number {
  const q1 = Math.cos((lng[one] as number) - (lng[other] as number));
  const q2 = Math.cos((lat[one] as number) - (lat[other] as number));
  const q3 = Math.cos((lat[one] as number) + (lat[other] as number));
  return Math.trunc(EARTH_KM * Math.acos(0.5 * ((1 + q1) * q2 - (1 - q1) * q3)) + 1);
}
