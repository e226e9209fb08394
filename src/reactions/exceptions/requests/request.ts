import { z } from 'zod';
import { isCountryCode } from '../../../kernel/places/country-codes.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import { DAY_WINDOWS } from './self-service.ts';

/** The maximum length of instructions for the driver; it is the API's own limit for a redirect. */
const INSTRUCTIONS_CHARS_MAX = 500;

/** Visible text: no control characters, no unpaired surrogates, no surrounding blanks. */
function line(charsMax: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(charsMax)
    .refine((text) => !UNSEEN.test(text), issueText('exceptions.removeControlCharacters'));
}

const UNSEEN = /\p{Cc}|\p{Cs}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** An address in the form of a shipment's destination. */
export const requestedAddress = z
  .strictObject({
    name: line(200).optional(),
    company: line(200).optional(),
    line1: line(200),
    line2: line(200).optional(),
    city: line(100),
    region: line(100).optional(),
    postal_code: line(16).optional(),
    country: line(2)
      .transform((code) => code.toUpperCase())
      .refine(isCountryCode, issueText('exceptions.useIso3166'))
      .optional(),
  })
  .meta({ id: 'RequestedAddress' });

export const deliveryRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('reschedule'),
    date: z.iso.date(issueText('values.useExistingDate')),
    window: z.enum(DAY_WINDOWS).nullable(),
    instructions: line(INSTRUCTIONS_CHARS_MAX).nullable(),
  }),
  z.strictObject({
    kind: z.literal('pickup_point'),
    point_id: line(64),
    /** The carrier's name for it, for the person who handles the request. */
    point: z
      .strictObject({
        name: z.string(),
        street: z.string().nullable(),
        city: z.string().nullable(),
      })
      .nullable(),
  }),
  z.strictObject({ kind: z.literal('hold_at_facility') }),
  z.strictObject({
    kind: z.literal('address'),
    /** Null: the merchant's address is confirmed. */
    address: requestedAddress.nullable(),
  }),
]);

/** The content of a request, as it is sealed. */
export type DeliveryRequest = z.output<typeof deliveryRequest>;
