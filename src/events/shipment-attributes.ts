import { z } from 'zod';
import { PROOF_KINDS, proofKind } from '../kernel/proof-kinds.ts';
import { givenDate, localDateOrNull } from '../kernel/time/time-kinds.ts';
import { CONTROL, issueText, text, without } from '../kernel/wire/explain-issues.ts';

export type AttributeSqlType = 'text' | 'text[]' | 'integer' | 'date' | 'jsonb';

/** One attribute that merchants set on a parcel and may change; nothing personal. */
interface Attribute<
  Column extends string,
  View extends z.ZodType,
  Input extends z.ZodType,
  Filter extends string,
> {
  /**
   * Its column in `shipments`, its member in the API, webhooks and log, and its column in CSV
   * files.
   */
  readonly column: Column;
  readonly sqlType: AttributeSqlType;
  /** The schema of its output. */
  readonly view: View;
  /** The schema of its input from merchants; null clears it. */
  readonly input: Input;
  /** The value until somebody sets it, and after null. */
  readonly none: z.output<View>;
  /** Its form in a CSV cell. */
  readonly cell: 'text' | 'number' | 'list' | 'json';
  /** The query parameter that filters lists by it; null if there is none. */
  readonly filter: {
    readonly parameter: Filter;
    readonly charsMax: number;
    /** The kind of its entries in `shipment_terms`; null if it has none there. */
    readonly term: string | null;
  } | null;
  /** Whether the parcel that brings a shipment back starts with the same value. */
  readonly isCopiedToReturn: boolean;
}

/** Returns the line as it is; only infers its types. */
function attribute<
  const Column extends string,
  View extends z.ZodType,
  Input extends z.ZodType,
  const Filter extends string = never,
>(line: Attribute<Column, View, Input, Filter>) {
  return line;
}

export const ORDER_ID_CHARS_MAX = 128;
const ORDER_IDS_MAX = 20;
/** Limits of 10 t and 100 m: beyond any freight with a tracking number. */
export const WEIGHT_G_MAX = 10_000_000;
const LENGTH_MM_MAX = 100_000;
/**
 * Limits of metadata. Keys are short names and values are scalars: metadata is for searching, not
 * for storage.
 */
const METADATA_KEYS_MAX = 50;
export const METADATA_KEY_CHARS_MAX = 64;
export const METADATA_TEXT_CHARS_MAX = 500;
const TAGS_MAX = 50;
const TAG_CHARS_MAX = 64;

const textOrNull = z.string().nullable();
const lengthMm = z.int().min(1).max(LENGTH_MM_MAX);
const unique = (items: readonly string[]) => [...new Set(items)];

export const orderId = text(ORDER_ID_CHARS_MAX);
export const orderIds = z.array(orderId).max(ORDER_IDS_MAX).transform(unique);

export const tags = z
  .array(text(TAG_CHARS_MAX))
  .max(TAGS_MAX)
  .transform(unique)
  .meta({ example: ['spring-sale'] });

const metadata = z
  .record(
    without(CONTROL, z.string().min(1).max(METADATA_KEY_CHARS_MAX)),
    z.union([z.string().max(METADATA_TEXT_CHARS_MAX), z.number(), z.boolean()], {
      error: issueText({
        'values.useMetadataValue': { metadataTextCharsMax: METADATA_TEXT_CHARS_MAX },
      }),
    }),
  )
  .refine(
    (value) => Object.keys(value).length <= METADATA_KEYS_MAX,
    issueText({ 'values.useFewerKeys': { metadataKeysMax: METADATA_KEYS_MAX } }),
  )
  .meta({ example: { shop: 'berlin', basket: 4711, gift: true } });

/**
 * The attributes of a shipment. Rows, statements, the API's input and output, CSV files, filters
 * and the values of property tests derive from this table: a new attribute is a line here and a
 * column in a migration.
 */
const SHIPMENT_ATTRIBUTES = {
  orderIds: attribute({
    column: 'order_ids',
    sqlType: 'text[]',
    view: z.array(z.string()),
    input: orderIds.nullish(),
    none: [],
    cell: 'list',
    filter: { parameter: 'order_id', charsMax: ORDER_ID_CHARS_MAX, term: 'order' },
    isCopiedToReturn: true,
  }),
  serviceLevel: attribute({
    column: 'service_level',
    sqlType: 'text',
    view: textOrNull,
    input: text(64).nullish(),
    none: null,
    cell: 'text',
    filter: null,
    isCopiedToReturn: false,
  }),
  senderId: attribute({
    column: 'sender_id',
    sqlType: 'text',
    view: textOrNull,
    input: text(128).nullish(),
    none: null,
    cell: 'text',
    filter: null,
    isCopiedToReturn: true,
  }),
  weightG: attribute({
    column: 'weight_g',
    sqlType: 'integer',
    view: z.int().nullable(),
    input: z.int().min(1).max(WEIGHT_G_MAX).nullish().describe('Grams.'),
    none: null,
    cell: 'number',
    filter: null,
    isCopiedToReturn: true,
  }),
  dimensions: attribute({
    column: 'dimensions',
    sqlType: 'jsonb',
    view: z
      .strictObject({ length_mm: z.int(), width_mm: z.int(), height_mm: z.int() })
      .meta({ id: 'Dimensions' })
      .nullable(),
    input: z
      .strictObject({ length_mm: lengthMm, width_mm: lengthMm, height_mm: lengthMm })
      .meta({ id: 'NewDimensions' })
      .nullish()
      .describe('Millimetres.'),
    none: null,
    cell: 'json',
    filter: null,
    isCopiedToReturn: true,
  }),
  promisedDate: attribute({
    column: 'promised_date',
    sqlType: 'date',
    view: localDateOrNull,
    input: givenDate.nullish().describe('The day you promised your customer, at the destination.'),
    none: null,
    cell: 'text',
    filter: null,
    isCopiedToReturn: false,
  }),
  metadata: attribute({
    column: 'metadata',
    sqlType: 'jsonb',
    view: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    input: metadata.nullish(),
    none: {},
    cell: 'json',
    // Filtered by key: `metadata[key]=value`.
    filter: null,
    isCopiedToReturn: false,
  }),
  tags: attribute({
    column: 'tags',
    sqlType: 'text[]',
    view: z.array(z.string()),
    input: tags.nullish(),
    none: [],
    cell: 'list',
    filter: { parameter: 'tag', charsMax: TAG_CHARS_MAX, term: 'tag' },
    isCopiedToReturn: true,
  }),
  requireProof: attribute({
    column: 'require_proof',
    sqlType: 'text[]',
    view: z
      .array(proofKind)
      .describe(
        'The proof that a delivery needs. Without it, the status `delivered` is refused; a scan `DELIVERED` is accepted, and opens a case.',
      ),
    input: z
      .array(proofKind)
      .max(PROOF_KINDS.length)
      .transform((kinds) => PROOF_KINDS.filter((kind) => kinds.includes(kind)))
      .nullish()
      .meta({
        description:
          'The proof that a delivery by your own couriers needs. Without it, the status `delivered` is refused; a scan `DELIVERED` is accepted, and opens a case. `pin`: the recipient finds a PIN on the personal page and says it at the door.',
        example: ['photo', 'pin'],
      }),
    none: [],
    cell: 'list',
    filter: null,
    isCopiedToReturn: false,
  }),
};

type Attributes = typeof SHIPMENT_ATTRIBUTES;
type AttributeName = keyof Attributes;
type ByColumn<Part extends 'view' | 'input'> = {
  [Name in AttributeName as Attributes[Name]['column']]: Attributes[Name][Part];
};
type ReadOnly<Value> = Value extends readonly (infer Item)[] ? readonly Item[] : Readonly<Value>;
type ViewOf<Name extends AttributeName> = ReadOnly<z.output<Attributes[Name]['view']>>;

/** The attributes a merchant sets on a parcel. */
export type ShipmentAttributes = { readonly [Name in AttributeName]: ViewOf<Name> };
/** The attributes with their names in the API and in the database. */
type AttributeMembers = {
  readonly [Name in AttributeName as Attributes[Name]['column']]: ViewOf<Name>;
};

/**
 * All attributes with their names, in order; loosely typed, for code that treats them all alike.
 */
export const ATTRIBUTES = Object.entries(SHIPMENT_ATTRIBUTES).map(([name, line]) => ({
  name: name as AttributeName,
  ...(line as Attribute<keyof AttributeMembers, z.ZodType, z.ZodType, AttributeFilter>),
}));

function byColumn<Part extends 'view' | 'input'>(part: Part): ByColumn<Part> {
  return Object.fromEntries(ATTRIBUTES.map((each) => [each.column, each[part]])) as ByColumn<Part>;
}
export const attributeViews = byColumn('view');
export const attributeInputs = byColumn('input');

/** Names of the query parameters that filter by an attribute. */
export type AttributeFilter = NonNullable<Attributes[AttributeName]['filter']>['parameter'];

/** The attributes of a shipment for which the merchant gave nothing but its number. */
export const NO_ATTRIBUTES = Object.fromEntries(
  ATTRIBUTES.map(({ name, none }) => [name, none]),
) as ShipmentAttributes;

/** Returns a shipment's attributes as members of the API. */
export function attributeMembers(attributes: ShipmentAttributes): AttributeMembers {
  const members: Record<string, unknown> = {};
  for (const { name, column } of ATTRIBUTES) members[column] = attributes[name];
  return members as AttributeMembers;
}

/**
 * Returns members of the API, or columns, as attributes. Null becomes the empty value of attributes
 * that cannot be null.
 */
export function attributesOf(members: AttributeMembers): ShipmentAttributes;
export function attributesOf(
  members: Readonly<Partial<Record<keyof AttributeMembers, unknown>>>,
): Partial<ShipmentAttributes>;
export function attributesOf(members: Readonly<Record<string, unknown>>) {
  const attributes: Record<string, unknown> = {};
  for (const { name, column, none } of ATTRIBUTES) {
    if (members[column] !== undefined) attributes[name] = members[column] ?? none;
  }
  return attributes;
}
