import { z } from 'zod';
import { isCountryCode } from '../../../kernel/places/country-codes.ts';

/** Two letters, in either case; read in capitals, and not looked up. */
export const countryCode = z
  .string()
  .regex(/^[A-Za-z]{2}$/, 'Send the two letters of ISO 3166-1, such as DE.')
  .transform((code) => code.toUpperCase());

/** A country there is. */
export const country = countryCode
  .refine(
    isCountryCode,
    'There is no such country: send the two letters of ISO 3166-1, such as DE.',
  )
  .meta({ example: 'DE' });
