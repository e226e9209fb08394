import { z } from 'zod';
import { countryOfAlpha3 } from '../../../kernel/places/country-codes.ts';
import { countryOfName } from '../../../kernel/places/country-names.ts';
import { onePhone } from '../../../kernel/places/phone.ts';
import {
  issuesToErrors,
  issueText,
  pointerTo,
  WITH_INPUT,
} from '../../../kernel/wire/explain-issues.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import type { LeftOut } from '../../../shops/index.ts';
import { countriesIn } from '../../public/personal-link/panel/countries.ts';
import { address, recipient } from './input-schema.ts';

interface ReadMembers {
  readonly kept: Readonly<Record<string, unknown>>;
  readonly leftOut: readonly LeftOut[];
}

type Members = Readonly<Record<string, unknown>>;

const { phone, locale } = recipient.shape;
const PARTS = {
  recipient: {
    ...recipient.shape,
    phone: asRead(
      (text) => onePhone(text) ?? text,
      z
        .string()
        .nullish()
        .refine((text) => !text || onePhone(text) !== null, issueText('shops.expectOnePhone'))
        .pipe(phone),
    ),
    locale: asRead(languageTag, locale),
  },
  destination: { ...address.shape, country: asRead(countryCalled, address.shape.country) },
} satisfies Record<string, Record<string, z.ZodType>>;

function asRead(read: (text: string) => string, schema: z.ZodType) {
  return z.preprocess((value) => (typeof value === 'string' ? read(value) : value), schema);
}

/**
 * Reads each member of a recipient or a destination by itself, as others write it: in its one
 * possible reading, or else it is left out. Pure and total.
 */
export function readMembers(part: keyof typeof PARTS, given: Members): ReadMembers {
  const schemas: Readonly<Record<string, z.ZodType>> = PARTS[part];
  const kept: Record<string, unknown> = {};
  const leftOut: LeftOut[] = [];
  for (const [name, value] of Object.entries(given)) {
    const read = schemas[name]?.safeParse(value, WITH_INPUT);
    if (read?.success) kept[name] = read.data;
    const [error] = issuesToErrors(read?.error?.issues ?? [], pointerTo);
    if (error) leftOut.push({ field: `${part}.${name}`, reason: error.reason, fix: error.fix });
  }
  return { kept, leftOut };
}

/** `de_DE.UTF-8@euro`, as POSIX writes it, is `de-DE`. */
function languageTag(locale: string): string {
  return locale.replace(/[.@].*$/s, '').replaceAll('_', '-');
}

/** Returns the code of a country by its name in English or another of our languages. */
function countryCalled(text: string): string {
  return (
    countryOfName(text) ??
    countryOfAlpha3(text.trim().toUpperCase()) ??
    codesByName().get(lettersOf(text)) ??
    text
  );
}

let codes: ReadonlyMap<string, string> | null = null;

function codesByName(): ReadonlyMap<string, string> {
  codes ??= new Map(
    LANGUAGES.flatMap(countriesIn).map(({ code, name }) => [lettersOf(name), code]),
  );
  return codes;
}

function lettersOf(name: string): string {
  return name.normalize('NFD').replace(/\P{L}/gu, '').toUpperCase();
}
