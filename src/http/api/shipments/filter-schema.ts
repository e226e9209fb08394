import { z } from 'zod';
import type { Registry } from '../../../adapters/index.ts';
import {
  ATTRIBUTES,
  type AttributeFilter,
  METADATA_KEY_CHARS_MAX,
  METADATA_TEXT_CHARS_MAX,
  ORDER_ID_CHARS_MAX,
} from '../../../events/shipment-attributes.ts';
import { statusView } from '../../../events/shipment-view.ts';
import { STATUSES } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { givenInstant } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import {
  SHIPMENT_ORDERS,
  searchFor,
  type TrackingDeps,
} from '../../../tracking/ports/shipments.ts';
import { paging } from '../../kit/paged.ts';
import { several } from '../../kit/schemas.ts';
import { NUMBER_CHARS_MAX } from './input-schema.ts';

/**
 * The maximum number of metadata filters. Each may mean a text or a scalar, so that four make up to
 * 16 alternatives.
 */
const METADATA_FILTERS_MAX = 4;

/** One or several statuses, for lists of shipments and of deliveries. */
export const statusFilter = several(
  statusView,
  { most: STATUSES.length, charsMax: 1_000, schema: { $ref: '#/components/schemas/Status' } },
  'Any of these: `status=exception&status=delivered`, or `status=exception,delivered`.',
);

/** `?metadata[shop]=berlin` */
const METADATA_PARAMETER = /^metadata\[(.+)\]$/;

const attributeFilters = Object.fromEntries(
  ATTRIBUTES.flatMap(({ filter }) =>
    filter === null ? [] : [[filter.parameter, text(filter.charsMax).optional()]],
  ),
) as Record<AttributeFilter, z.ZodOptional<z.ZodString>>;

const names = {
  ...attributeFilters,
  status: statusFilter,
  carrier: text(64).optional(),
  tracking_number: text(NUMBER_CHARS_MAX).optional(),
  updated_after: givenInstant.optional(),
  q: text(ORDER_ID_CHARS_MAX).optional().meta({
    description:
      'Finds shipments by the beginning of a tracking number (in any spelling), or its last four or more characters; by the beginning of an order id, a tag or `metadata.reference`, or of a word in them; by the beginnings of words in the recipient’s name or email address; by the recipient’s whole phone number; or by a shipment’s id. Several words narrow the search. Capitals do not matter, nor do accents in names.',
    example: 'ORDER-1042',
  }),
  sort: z
    .enum(SHIPMENT_ORDERS)
    .default('updated_at')
    .describe(
      'The sort order; `-` reverses it. Sorted by `updated_at`, a shipment that changes while you page appears again at its new place; by `created_at`, each appears once.',
    ),
  ...paging(),
};

/** Besides these, `metadata[key]=value`; anything else is rejected. */
export const shipmentFilter = z
  .object(names)
  .catchall(z.string().max(METADATA_TEXT_CHARS_MAX))
  .superRefine((query, context) => {
    const others = Object.keys(query).filter((name) => !Object.hasOwn(names, name));
    const unknownNames = others.filter((name) => {
      const key = METADATA_PARAMETER.exec(name)?.[1];
      return key === undefined || key.length > METADATA_KEY_CHARS_MAX;
    });
    if (unknownNames.length > 0) {
      context.addIssue({ code: 'unrecognized_keys', keys: unknownNames, input: query });
    }
    if (others.length > METADATA_FILTERS_MAX) {
      const message = issueText({
        'shipments.useFewerMetadataFilters': { metadataFiltersMax: METADATA_FILTERS_MAX },
      });
      context.addIssue({ code: 'custom', message, input: query });
    }
  });

type Scalar = string | number | boolean;

/**
 * Returns what stored metadata must contain, as alternatives: a query has only texts, so `5` may
 * mean the text or the number. Null when nothing is filtered.
 */
export function metadataAlternatives(
  query: Readonly<Record<string, unknown>>,
): readonly Readonly<Record<string, Scalar>>[] | null {
  let alternatives: Record<string, Scalar>[] = [{}];
  for (const [name, value] of Object.entries(query)) {
    const key = METADATA_PARAMETER.exec(name)?.[1];
    if (key === undefined || typeof value !== 'string') continue;
    alternatives = alternatives.flatMap((known) =>
      possibleValues(value).map((possible) => ({ ...known, [key]: possible })),
    );
  }
  return alternatives.some((each) => Object.keys(each).length > 0) ? alternatives : null;
}

function possibleValues(value: string): Scalar[] {
  if (value === 'true' || value === 'false') return [value, value === 'true'];
  return /^-?\d+(\.\d+)?$/.test(value) ? [value, Number(value)] : [value];
}

/**
 * Interprets a search text, with numbers in the spelling of any carrier.
 *
 * @param people null: the caller may not search for people.
 */
export function searchOf(
  registry: Registry,
  people: TrackingDeps['people'],
  tenant: Tenant,
  text: string,
) {
  const numbersOf = (each: string) =>
    registry.carriers().flatMap(({ numbers }) => numbers.normalize(each) || []);
  return searchFor(text, { tenant, people, numbersOf });
}
