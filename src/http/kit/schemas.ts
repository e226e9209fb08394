import { z } from 'zod';
import { isCountryCode } from '../../kernel/places/country-codes.ts';
import { issueText } from '../../kernel/wire/explain-issues.ts';

/** A whole number in a query, within bounds; absent: `defaultValue`. */
export function count(min: number, max: number, defaultValue: number) {
  const wanted = issueText({ 'values.useIntegerInRange': { min, max } });
  return z
    .string()
    .regex(/^\d{1,6}$/, wanted)
    .transform(Number)
    .refine((value) => value >= min && value <= max, wanted)
    .default(defaultValue)
    .meta({
      override: {
        type: 'integer',
        pattern: undefined,
        minimum: min,
        maximum: max,
        default: defaultValue,
      },
    });
}

/** Codes that ISO 3166-1 reserves for a country that has another; `EL` is in use by the EU. */
const RESERVED: Readonly<Record<string, string>> = { UK: 'GB', EL: 'GR' };

/** The code of an existing country, in either case; converted to capitals. */
export const country = z
  .string()
  .regex(/^[A-Za-z]{2}$/, issueText('exceptions.useIso3166'))
  .transform((code) => code.toUpperCase())
  .transform((code) => RESERVED[code] ?? code)
  .refine(isCountryCode, issueText('values.unknownCountryCode'))
  .meta({ example: 'DE' });

/** Query members that may be repeated; each value may contain several, separated by commas. */
const REPEATABLE = new WeakSet<z.ZodType>();

/**
 * A query member with several values: `?status=a,b` or `?status=a&status=b`. Clients generated
 * from `/openapi.json` send the second. Order and repeats make no difference, so that a cursor
 * fits the filter in either notation.
 *
 * @param schema how `/openapi.json` describes one value
 */
export function several<Item extends z.ZodType<string, string>>(
  item: Item,
  { most, charsMax, schema }: { most: number; charsMax: number; schema: Record<string, unknown> },
  description: string,
) {
  const made = z
    .string()
    .max(charsMax)
    .transform((text) => [...new Set(text.split(',').map((part) => part.trim()))].sort())
    .pipe(z.array(item).max(most))
    .optional()
    .meta({
      description,
      override: { type: 'array', items: schema, minItems: 1, maxLength: undefined },
    });
  REPEATABLE.add(made);
  return made;
}

/** The names of query members that may be repeated. */
export function repeatableOf(schema: z.ZodType): ReadonlySet<string> {
  if (!(schema instanceof z.ZodObject)) return new Set();
  const members = Object.entries<z.ZodType>(schema.shape);
  return new Set(members.filter(([, member]) => REPEATABLE.has(member)).map(([name]) => name));
}
