import { z } from 'zod';

/** Members of a query that may come more than once; each value may hold several, with commas between. */
const REPEATABLE = new WeakSet<z.ZodType>();

/**
 * A member of a query that takes several values: `?status=a,b` or `?status=a&status=b`. Clients that
 * are generated from `/openapi.json` send the second. Their order makes no difference, nor do repeats,
 * so that a cursor fits the filter however it is written.
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

/** The names of a query's members that may come more than once. */
export function repeatableOf(schema: z.ZodType): ReadonlySet<string> {
  if (!(schema instanceof z.ZodObject)) return new Set();
  const members = Object.entries<z.ZodType>(schema.shape);
  return new Set(members.filter(([, member]) => REPEATABLE.has(member)).map(([name]) => name));
}
