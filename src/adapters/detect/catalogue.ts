import { z } from 'zod';
import {
  type NumberFormat,
  postalItem,
  postalItemFormat,
  readAs,
  readByFormats,
} from '../../kernel/numbers/number-formats.ts';
import { readShippedYaml } from '../../platform/settings/yaml-settings.ts';
import type { NumberCandidate } from '../contract/contract.ts';
import type { Registry } from '../registry/registry.ts';
import { checkLast } from './catalogue-checks.ts';

/** The services that answer for many carriers, by the ids that their adapters have. */
export const BRIDGES = [
  'easypost',
  'aftership',
  '17track',
  'shipengine',
  'shippo',
  'trackingmore',
] as const;

type Bridge = (typeof BRIDGES)[number];

/** What a carrier asks for besides the number. */
export const ASKS = ['postal_code', 'phone', 'ship_date'] as const;

/**
 * How the hub gets a carrier's events. `direct`: its adapter is installed. `bridge`: a bridge that
 * has a code for the carrier is. `detected`: only its numbers are recognised.
 */
export const REACHES = ['direct', 'bridge', 'detected'] as const;
export type Reach = (typeof REACHES)[number];

const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Only bounded parts, so that a pattern is linear; anchors are added when it is compiled. */
const PLAIN_PATTERN =
  /^(?:[A-Z0-9]|\\d|\[[A-Z0-9-]{1,36}\]|\(\?:|\||\)|\{[0-9]{1,2}(?:,[0-9]{1,2})?\}|\?)+$/;
const PATTERN_CHARS_MAX = 80;

const name = z.string().min(1).max(80);
const id = z.string().regex(ID, 'must consist of small letters, digits and single dashes');
const country = z.string().regex(/^[A-Z]{2}$/, 'must be a country of ISO 3166-1, such as DE');
const address = z.string().regex(/^https?:\/\/[^\s]{3,300}$/, 'must be a URL');

const pattern = z
  .string()
  .max(PATTERN_CHARS_MAX)
  .regex(
    PLAIN_PATTERN,
    'may consist of capitals, digits, \\d, classes, (?:a|b), ? and counts such as {2,5}',
  )
  .transform((source, context) => {
    try {
      return new RegExp(`^(?:${source})$`);
    } catch {
      context.addIssue({ code: 'custom', message: 'is not a regular expression' });
      return z.NEVER;
    }
  });

const numberFormat = z.strictObject({
  format: z.string().regex(/^[a-z0-9]+(?:_[a-z0-9]+)*$/, 'must be like pin_12'),
  form: name,
  pattern,
  check: z
    .union([
      z.enum(['gs1', 'luhn', 'mod37_36']),
      z.strictObject({
        mod10: z.array(z.int().min(1).max(9)).min(1).max(9),
        before: z.string().regex(/^\d$/).optional(),
      }),
    ])
    .optional(),
  certainty: z.number().gt(0).lt(1),
  source: z.string(),
});

const code = z.string().min(1).max(60);
/** A bridge's code of a carrier, or several; the first is used to register its parcels. */
const codes = z.union([code, z.array(code).min(1).max(20)]).transform((given) => [given].flat());

const carrier = z.strictObject({
  id,
  name,
  names: z.array(name).default([]),
  words: z.array(name).default([]),
  countries: z.array(country),
  s10: z.array(country).default([]),
  numbers: z.array(numberFormat).default([]),
  asks: z.array(z.enum(ASKS)).default([]),
  page: address
    .refine((url) => url.includes('{number}'), 'must contain {number}')
    .nullable()
    .default(null),
  website: address.nullable().default(null),
  codes: z.partialRecord(z.enum(BRIDGES), codes.nullable()).default({}),
  bridge_only: z.boolean().default(false),
  sources: z.array(z.string()).min(1),
});

/** The shape of `config/carriers.yaml`. */
const catalogueFile = z
  .strictObject({
    sources: z.record(
      z.string(),
      z.strictObject({ title: z.string().min(1), url: z.string().min(1) }),
    ),
    unknown: z.array(name).default([]),
    carriers: z.array(carrier),
  })
  .superRefine(({ sources, carriers }, context) => {
    const seen = new Map<string, string>();
    const once = (value: string, what: string, path: (string | number)[]) => {
      const at = seen.get(`${what} ${value}`);
      const message = `repeats the ${what} ${value} of ${at}`;
      if (at !== undefined) context.addIssue({ code: 'custom', path, message });
      seen.set(`${what} ${value}`, path.slice(0, 2).join('.'));
    };
    carriers.forEach((entry, index) => {
      const at = ['carriers', index];
      once(entry.id, 'id', [...at, 'id']);
      for (const [nth, each] of entry.s10.entries()) once(each, 'post of', [...at, 's10', nth]);
      for (const [bridge, all] of Object.entries(entry.codes)) {
        for (const each of all ?? []) {
          once(each.toLowerCase(), `code of ${bridge}`, [...at, 'codes', bridge]);
        }
      }
      const cited = [...entry.sources, ...entry.numbers.map(({ source }) => source)];
      for (const source of cited.filter((each) => !Object.hasOwn(sources, each))) {
        const message = `${source} is not in the table of sources`;
        context.addIssue({ code: 'custom', path: [...at, 'sources'], message });
      }
    });
  });

/** A carrier that the hub knows, whether or not it has an adapter. */
export interface CatalogueCarrier extends z.output<typeof carrier> {
  /** The forms of its numbers. If the carrier's adapter is installed, that one recognises them. */
  readonly formats: readonly NumberFormat[];
}

export interface Catalogue {
  get(id: string): CatalogueCarrier | undefined;
  /** All carriers, by id. */
  list(): readonly CatalogueCarrier[];
  /** Names of other carriers, which contain a listed one's. */
  readonly unknown: readonly string[];
  /**
   * The carriers that may have issued a bare number (`bareNumber`). A number whose check digit is
   * wrong for a carrier is not the carrier's.
   */
  recognise(number: string): readonly CatalogueMatch[];
}

export interface CatalogueMatch {
  readonly carrier: CatalogueCarrier;
  readonly candidate: NumberCandidate;
}

/**
 * The post of the country can answer for an item on its whole way, but other posts and carriers
 * that take part can, too.
 */
const POSTAL_ITEM_CERTAINTY = 0.8;

/**
 * Reads a catalogue. Throws one sentence per mistake, each with file, line and column.
 *
 * @param file default: the shipped file.
 */
export function readCatalogue(
  file: URL = new URL('../../../config/carriers.yaml', import.meta.url),
): Catalogue {
  const { unknown, ...read } = readShippedYaml(file, catalogueFile);
  const carriers = read.carriers
    .map((entry) => ({ ...entry, formats: formatsOf(entry) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const byId = new Map(carriers.map((entry) => [entry.id, entry]));
  const posts = new Map(carriers.flatMap((entry) => entry.s10.map((each) => [each, entry])));
  const numbered = carriers.filter(({ formats }) => formats.length > 0);
  // Most texts are no carrier's number, and one pattern rejects them faster than many.
  const anyShape = new RegExp(
    numbered.flatMap(({ formats }) => formats.map(({ shape }) => shape.source)).join('|'),
  );

  function recognise(number: string): readonly CatalogueMatch[] {
    const item = postalItem(number);
    const post = item === null ? undefined : posts.get(item.country);
    const found: CatalogueMatch[] = [];
    if (item !== null && post !== undefined) {
      const format = { ...postalItemFormat(item.country), certainty: POSTAL_ITEM_CERTAINTY };
      found.push({ carrier: post, candidate: readAs(format, number) });
    }
    for (const entry of anyShape.test(number) ? numbered : []) {
      const candidate = readByFormats(entry.formats, number);
      if (candidate !== null) found.push({ carrier: entry, candidate });
    }
    return found.filter(({ candidate }) => candidate.checkDigit !== 'invalid');
  }

  return { get: (key) => byId.get(key), list: () => carriers, unknown, recognise };
}

/** The catalogue that ships with the hub; read once, when it is first needed. */
export function shippedCatalogue(): Catalogue {
  shipped ??= readCatalogue();
  return shipped;
}

let shipped: Catalogue | null = null;

function formatsOf({ numbers }: z.output<typeof carrier>): readonly NumberFormat[] {
  return numbers.map(({ format, form, pattern: shape, check, certainty }) => ({
    format,
    form,
    shape,
    certainty,
    ...(check === undefined ? {} : { check: (number: string) => checkLast(check, number) }),
  }));
}

/** How this installation reaches a carrier of the catalogue or the registry. */
export function reachOf(registry: Registry, known: CatalogueCarrier | undefined): Reach {
  if (known === undefined || registry.get(known.id) !== undefined) return 'direct';
  return bridgesOf(known).some((bridge) => registry.get(bridge) !== undefined)
    ? 'bridge'
    : 'detected';
}

/** The bridges that have a code for the carrier. */
export function bridgesOf({ codes }: Pick<CatalogueCarrier, 'codes'>): readonly Bridge[] {
  return BRIDGES.filter((bridge) => codes[bridge] != null);
}
