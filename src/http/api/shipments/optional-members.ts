import { z } from 'zod';
import { attributeInputs, orderId } from '../../../events/shipment-attributes.ts';
import { countryCalled, languageCalled } from '../../../kernel/places/localized-names.ts';
import { onePhone } from '../../../kernel/places/phone.ts';
import {
  issuesToErrors,
  issueText,
  pointerTo,
  WITH_INPUT,
} from '../../../kernel/wire/explain-issues.ts';
import type { LeftOut } from '../../../shops/index.ts';
import { address, createShipment, recipient } from './input-schema.ts';

interface ReadMembers {
  readonly kept: Readonly<Record<string, unknown>>;
  readonly leftOut: readonly LeftOut[];
}

type Members = Readonly<Record<string, unknown>>;
type Part = keyof typeof PARTS;

const { phone, locale, email } = recipient.shape;
const place = {
  ...textual(address.shape),
  country: asRead((text) => countryCalled(text) ?? text, address.shape.country),
  lat: asRead(numberIn, address.shape.lat),
  lng: asRead(numberIn, address.shape.lng),
};
const PARTS = {
  recipient: {
    ...textual(recipient.shape),
    email: asRead(oneAddress, email),
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
  destination: place,
  origin: place,
  '': {
    ...textual(attributeInputs),
    order_id: asRead(same, orderId.nullish()),
    weight_g: asRead(numberIn, attributeInputs.weight_g),
    promised_date: asRead(dayIn, attributeInputs.promised_date),
  },
} satisfies Record<string, Record<string, z.ZodType>>;

function same(text: string): string {
  return text;
}

/** Reads each member as the text that others write, which may be a number. */
function textual<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  return Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [name, asRead(same, schema)]),
  );
}

/** A blank is absent; a number is its digits. */
function asRead(read: (text: string) => unknown, schema: z.ZodType) {
  return z.preprocess((value) => {
    const isExact = typeof value === 'number' && Number.isSafeInteger(value);
    if (typeof value !== 'string' && !isExact) return value;
    const given = String(value).replace(UNPRINTABLE, ' ').trim();
    if (given === '') return null;
    return given.length > READ_CHARS_MAX ? given : read(given);
  }, schema);
}

/** Longer than anything that has a reading; patterns are not run on more. */
const READ_CHARS_MAX = 500;
const UNPRINTABLE = /[\p{Cc}\ufeff\u200b\u2060\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Reads the members of a new parcel as others write them: each by itself, in its one possible
 * reading, or else it is left out. Other members stay as they are. Pure and total.
 */
export function readOptional(body: Members): ReadMembers {
  const kept: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  const leftOut: LeftOut[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (Object.hasOwn(PARTS[''], name)) own[name] = value;
    else if (isPart(name) && typeof value === 'object' && value !== null) {
      const read = readMembers(name, { ...value });
      kept[name] = read.kept;
      leftOut.push(...read.leftOut);
    } else kept[name] = value;
  }
  const read = readMembers('', own);
  return { kept: { ...kept, ...read.kept }, leftOut: [...read.leftOut, ...leftOut] };
}

function isPart(name: string): name is Part {
  return name !== '' && Object.hasOwn(PARTS, name);
}

/** Reads each member of a part by itself. Pure and total. */
export function readMembers(part: Part, given: Members): ReadMembers {
  const schemas: Readonly<Record<string, z.ZodType>> = PARTS[part];
  const kept: Record<string, unknown> = {};
  const leftOut: LeftOut[] = [];
  const leave = (name: string, { issues }: z.ZodError) => {
    const [error] = issuesToErrors(issues, pointerTo);
    const field = part === '' ? name : `${part}.${name}`;
    if (error) leftOut.push({ field, reason: error.reason, fix: error.fix });
  };
  for (const [name, value] of Object.entries(given)) {
    const read = schemas[name]?.safeParse(value, WITH_INPUT);
    if (read?.success) kept[name] = read.data;
    else if (read) leave(name, read.error);
  }
  // Half a position is none.
  const whole = part === '' ? null : createShipment.shape[part].safeParse(kept, WITH_INPUT);
  if (!whole?.error) return { kept, leftOut };
  if (kept['lat'] ?? kept['lng']) leave('lat', whole.error);
  const { lat: _lat, lng: _lng, ...others } = kept;
  return { kept: others, leftOut };
}

/**
 * `de_DE.UTF-8@euro`, as POSIX writes it, `de,en;q=0.5`, as browsers do, `pt-br` and `German` as the
 * tag that is meant.
 */
function languageTag(text: string): string {
  const [first = ''] = text.split(/[,;]/);
  const tag = first
    .replace(/[.@].*$/s, '')
    .replaceAll('_', '-')
    .trim();
  if (!/^[a-z]{2,3}(?:-|$)/i.test(tag)) return languageCalled(text) ?? tag;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? tag;
  } catch {
    return tag;
  }
}

const AROUND_ADDRESS = /^[\s<"'(]*(?:mailto:)?[\s<"'(]*|[\s>"').,;:]+$/gi;

/** The address in `Name <a@b>` and `mailto:a@b?subject=…`, without what follows a sentence. */
function oneAddress(text: string): string {
  const [, within] = /^[^<>@]*<([^<>]+)>[\s.,;]*$/.exec(text) ?? [];
  return (within ?? text)
    .replace(AROUND_ADDRESS, '')
    .replace(/(^mailto:|\?.*$)/gis, '')
    .replace(/\s*@\s*/, '@');
}

/** `52,5` and `1200.0`; a comma before three digits may part thousands, so that it stays a text. */
function numberIn(text: string): number | string {
  const isOne = /^[+-]?\d{1,15}(?:[.,]\d{1,15})?$/.test(text) && !/[.,]\d{3}$/.test(text);
  const isDecimal = isOne || /^[+-]?\d{1,3}\.\d{1,15}$/.test(text);
  return isDecimal ? Number(text.replace(',', '.')) : text;
}

/** The day in the forms that have one reading: `24.12.2026`, `2026/12/24`, `12/24/2026`, an instant. */
function dayIn(text: string): string {
  const [, year, month, day] = /^(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)(?:[T ].*)?$/.exec(text) ?? [];
  if (year !== undefined) return `${year}-${month}-${day}`;
  const [, one = '', sign, other = '', last = ''] =
    /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})$/.exec(text) ?? [];
  const dayFirst = sign === '.' || Number(one) > 12 || one === other;
  if (!dayFirst && !(Number(other) > 12)) return text;
  const [inMonth, onDay] = dayFirst ? [other, one] : [one, other];
  return `${last}-${inMonth.padStart(2, '0')}-${onDay.padStart(2, '0')}`;
}
