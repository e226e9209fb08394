import { z } from 'zod';
import { isCountryCode } from '../../../kernel/places/country-codes.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';

/**
 * Two letters, in either case; converted to capitals, and not checked against the list of
 * countries.
 */
export const countryCode = z
  .string()
  .regex(/^[A-Za-z]{2}$/, issueText('exceptions.useIso3166'))
  .transform((code) => code.toUpperCase());

/** An existing country. */
export const country = countryCode
  .refine(isCountryCode, issueText('values.unknownCountryCode'))
  .meta({ example: 'DE' });
