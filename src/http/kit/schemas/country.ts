import { z } from 'zod';
import { isCountryCode } from '../../../kernel/places/country-codes.ts';

/**
 * Two letters, in either case; converted to capitals, and not checked against the list of
 * countries.
 */
export const countryCode = z
  .string()
  .regex(/^[A-Za-z]{2}$/, 'Send the two letters of ISO 3166-1, such as DE.')
  .transform((code) => code.toUpperCase());

/** An existing country. */
export const country = countryCode
  .refine(
    isCountryCode,
    'There is no such country: send the two letters of ISO 3166-1, such as DE.',
  )
  .meta({ example: 'DE' });
