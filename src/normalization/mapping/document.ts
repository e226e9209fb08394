import * as z from 'zod';
import { READ_STATUSES } from '../../kernel/status.ts';

/**
 * The shape of a mapping file. The JSON schema for editors (`config/carrier-mappings.schema.json`)
 * is generated from this, so they never disagree.
 */

const CODE_LENGTH_MAX = 200;

const code = z.string().min(1).max(CODE_LENGTH_MAX).describe('A code as the carrier writes it');

const word = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_]*$/);

const codes = z
  .record(z.string(), code)
  .refine((match) => Object.keys(match).length > 0, { message: 'no keys' });

const status = z
  .enum([...READ_STATUSES])
  .describe("The parcel's status; none: known, but without effect");

export const ruleDocument = z.strictObject({
  match: codes.describe('Codes a fact must carry; the most specific match wins'),
  status,
  reason: word.optional().describe('sub_status, such as address_not_found'),
  milestone: word.optional().describe('Finer than the status, for texts: customs_cleared'),
  text: word.optional().describe('Key of a separate text in config/messages'),
  logical: z
    .boolean()
    .optional()
    .describe('Not a scan of the parcel: data, a forecast, a computed notice'),
  hidden: z.boolean().optional().describe('Customers need not see it; only with status none'),
  reviewed: z.boolean().optional().describe('False: derived by a rule of thumb, not yet reviewed'),
});

/**
 * Named here because an object literal with a `then` of its own looks like a promise to linters.
 */
const THEN = 'then';

export const testDocument = z.strictObject({
  given: codes.describe('Codes of an invented fact'),
  [THEN]: z
    .strictObject({
      status,
      reason: word.nullable().optional(),
      milestone: word.nullable().optional(),
      text: word.nullable().optional(),
      logical: z.boolean().optional(),
      hidden: z.boolean().optional(),
      reviewed: z.boolean().optional(),
      known: z.boolean().optional(),
    })
    .describe('The expected reading; omitted members are not checked'),
});

export const mappingDocument = z.strictObject({
  carrier: z.string().min(1).describe('Name of the adapter folder and of this file'),
  rules: z.array(ruleDocument),
  tests: z
    .array(testDocument)
    .optional()
    .describe('Run before every change; the last key of the file, which only an overlay may omit'),
});

type MappingDocument = z.infer<typeof mappingDocument>;
export type RuleDocument = MappingDocument['rules'][number];
export type TestDocument = z.infer<typeof testDocument>;

/** The JSON schema for editors, as committed under `config/`. */
export function mappingJsonSchema(): Record<string, unknown> {
  return {
    $id: 'carrier-mappings.schema.json',
    title: "What a carrier's codes mean",
    ...z.toJSONSchema(mappingDocument, { target: 'draft-7' }),
  };
}
