import { z } from 'zod';
import { estimateTimes } from '../../../events/estimate.ts';
import { type EstimateTimes, estimateMembersOrNull } from '../../../events/shipment-view.ts';
import { zonesOfPlace } from '../../../kernel/places/zones-of-place.ts';
import { givenInstant, instant, localDate } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';
import { type Reason, reasonInWords } from '../../../prediction/index.ts';
import { country } from '../../kit/schemas.ts';

/** The maximum number of service levels, more than a shop offers at its checkout. */
const SERVICE_LEVELS_MAX = 20;

export const place = z
  .strictObject({
    country,
    region: text(64).nullish(),
    postal_code: text(16).nullish(),
  })
  .meta({
    id: 'PromisePlace',
    description: 'Region and postal code decide which holidays and which time zone apply.',
    example: { country: 'DE', postal_code: '10115' },
  });

export const promiseRequest = z
  .strictObject({
    origin: place,
    destination: place,
    carrier: text(64).nullish().describe('As `GET /carriers` names it.'),
    service_levels: z
      .array(text(64))
      .min(1)
      .max(SERVICE_LEVELS_MAX)
      .meta({ example: ['standard', 'express'] }),
    ship_at: givenInstant.nullish().describe('When the carrier receives it. Default: now.'),
    language: z.enum(LANGUAGES).default('en').describe('The language of `text`.'),
  })
  .meta({ id: 'PromiseRequest' });

export const reason = z
  .looseObject({
    code: z.string(),
    text: z.string().describe('The same as text.'),
  })
  .meta({
    id: 'PredictionReason',
    example: {
      code: 'rule_chosen',
      after: 'hand_over',
      days: 4,
      text: 'The date is 4 working days after the hand-over.',
    },
  });

const promised = z
  .strictObject({
    service_level: z.string(),
    ...estimateMembersOrNull,
    text: z.string().nullable().describe('The window as text, ready to display.'),
    source: z.enum(['model', 'carrier', 'rule', 'none']),
    confidence: z.number().min(0).max(1),
    hand_over_date: localDate.describe(
      'When counting starts, taking the cut-off time at the origin into account.',
    ),
    reasons: z.array(reason),
  })
  .meta({ id: 'PromisedDate' });

export const promises = z
  .strictObject({
    data: z.array(promised).describe('In the same order as `service_levels`.'),
    ship_at: instant,
    as_of: instant,
  })
  .meta({ id: 'Promises' });

type DatesJson = EstimateTimes | { readonly [member in keyof EstimateTimes]: null | 'none' };

/** Returns a prediction's estimate in the common format of delivery dates; all null if there is none. */
export function datesJson(
  {
    date,
    from,
    to,
  }: { readonly date: string | null; readonly from: string | null; readonly to: string | null },
  zone: string | null,
): DatesJson {
  return date === null ? NO_DATE : estimateTimes({ date, from, to }, zone);
}

const NO_DATE = {
  date: null,
  from: null,
  to: null,
  from_local: null,
  to_local: null,
  precision: null,
  time_zone: null,
  zone_source: 'none' as const,
};

/** Returns the IANA zone of a place; null unless country, region and postal code determine it. */
export function zoneOf(place: {
  readonly country: string;
  readonly region?: string | null | undefined;
  readonly postal_code?: string | null | undefined;
}): string | null {
  const { country, region = null, postal_code: postalCode = null } = place;
  const [zone = null, ...others] = zonesOfPlace({ country, region, postalCode });
  return others.length === 0 ? zone : null;
}

/** Returns the reasons as codes for programs, each with the same as text for people. */
export function reasonsJson(
  reasons: readonly Reason[],
  language: Language,
): (Reason & { readonly text: string })[] {
  const { prediction } = messagesIn(language);
  return reasons.map((reason) => ({ ...reason, text: reasonInWords(reason, prediction) }));
}
