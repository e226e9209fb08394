import { z } from 'zod';
import { parseYamlSettings, readYamlSettings } from '../../platform/settings/yaml-settings.ts';
import { isLocalDate, WEEKDAYS } from '../calendar/local-date.ts';
import { learningTerms } from './learning-terms.ts';

/** The maximum number of entries of a kind: a settings file is not a database. */
const ENTRIES_MAX = 500;
/** The maximum of days, half a year: longer times are not promised by counting days. */
const DAYS_MAX = 180;

const country = z.string().regex(/^[A-Z]{2}$/, 'Write a country as two capital letters.');
const area = z
  .string()
  .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'Write a country (US) or a region (DE-BE).');
const carrierName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'Write the name of a carrier.');
const level = z.string().regex(/^[a-z0-9][a-z0-9_]{0,63}$/, 'Write lower-case letters, digits, _.');
const clock = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'Write an hour and minute: "17:00", in quotes.');
const weekday = z.enum(WEEKDAYS);
const weekdays = z.array(weekday).max(7);
// At least one working day, or counting would not end.
const weekend = weekdays.refine((days) => new Set(days).size < 7, 'Leave a day to work on.');
const date = z.string().refine(isLocalDate, 'Write a date: "2027-03-08", in quotes.');
const holidayName = z.string().trim().min(1).max(100);
const share = z.number().gt(0).lt(1);
const probability = z.number().min(0).max(1);
const days = z.int().min(0).max(DAYS_MAX);
const minutes = z.int().min(1).max(1_440);

function limited<Value extends z.ZodType>(key: z.ZodString, value: Value) {
  return z
    .record(key, value)
    .refine(
      (all) => Object.keys(all).length <= ENTRIES_MAX,
      `Write at most ${ENTRIES_MAX} entries.`,
    );
}

/**
 * A schema of terms for all services, with overrides by service level, by carrier, and by a
 * carrier's service level.
 */
function byService<Shape extends z.ZodRawShape>(terms: z.ZodObject<Shape>) {
  const own = terms.partial();
  return z.strictObject({
    ...terms.shape,
    service_levels: limited(level, own),
    carriers: limited(carrierName, own.extend({ service_levels: limited(level, own).optional() })),
  });
}

const deliveryTerms = z.strictObject({
  cut_off: clock,
  last_delivery: clock,
  delivers_also: z.union([weekdays, z.record(z.union([country, z.literal('default')]), weekdays)]),
  holidays: z.union([z.literal('all'), z.array(holidayName).max(ENTRIES_MAX)]),
});
type DeliveryTerms = z.output<typeof deliveryTerms>;

const ruleTerms = z.strictObject({
  after_scan: days,
  after_hand_over: days,
  abroad: days,
  before: days,
  after: days,
});
type RuleTerms = z.output<typeof ruleTerms>;

/** The schema of the whole file config/prediction.yaml. */
export const predictionPolicy = z.strictObject({
  weekend: z.strictObject({ default: weekend, countries: limited(country, weekend) }),
  holidays: z.strictObject({
    closed: limited(area, z.array(date).max(ENTRIES_MAX)),
    worked: limited(area, z.array(holidayName).max(ENTRIES_MAX)),
  }),
  delivery: byService(deliveryTerms),
  rule: byService(ruleTerms),
  shown: z
    .strictObject({ date: share, from: share, to: share })
    .refine(({ date, from, to }) => from <= date && date <= to && from < to, {
      error: 'Write them in order: from, date, to.',
    }),
  confidence: z.strictObject({
    model_min: probability,
    half_width_days: z.number().positive(),
    half_support: z.number().positive(),
    half_drift: z.number().positive(),
    carrier: probability,
    rule: probability,
    record: z.number().positive(),
  }),
  warning: z
    .strictObject({ warn: probability, clear: probability })
    .refine(({ warn, clear }) => clear < warn, { error: '`clear` must be below `warn`.' }),
  last_mile: z.strictObject({
    share,
    deliveries_min: z.int().min(1),
    widen_minutes: minutes,
    narrowest_minutes: minutes,
  }),
  learning: learningTerms,
});
export type PredictionPolicy = z.output<typeof predictionPolicy>;

/**
 * Reads the policy. Rejects with one sentence per line, each with file, line and what to write
 * instead.
 */
export function readPredictionPolicy(file: string): Promise<PredictionPolicy> {
  return readYamlSettings(file, predictionPolicy);
}

export function parsePredictionPolicy(text: string, file: string): PredictionPolicy {
  return parseYamlSettings(text, file, predictionPolicy);
}

/** The parcel's carrier and service, as far as known. */
export interface Service {
  readonly carrier: string | null;
  /** As the shipment has it: `Next Day` is the entry `next_day`. */
  readonly serviceLevel: string | null;
}

export function deliveryTerm<Key extends keyof DeliveryTerms>(
  { delivery }: PredictionPolicy,
  service: Service,
  key: Key,
): DeliveryTerms[Key] {
  return termOf<DeliveryTerms, Key>(delivery, service, key);
}

export function ruleTerm<Key extends keyof RuleTerms>(
  { rule }: PredictionPolicy,
  service: Service,
  key: Key,
): RuleTerms[Key] {
  return termOf<RuleTerms, Key>(rule, service, key);
}

type Own<Terms> = { readonly [Key in keyof Terms]?: Terms[Key] | undefined };
type Levels<Terms> = Readonly<Record<string, Own<Terms>>>;

/** A part of config/prediction.yaml with overrides by carrier and service level. */
type ByService<Terms> = Terms & {
  readonly service_levels: Levels<Terms>;
  readonly carriers: Readonly<
    Record<string, Own<Terms> & { readonly service_levels?: Levels<Terms> | undefined }>
  >;
};

/**
 * The value of a term: the carrier's for that service level, else the carrier's, else the service
 * level's, else the default.
 */
function termOf<Terms extends object, Key extends keyof Terms>(
  terms: ByService<Terms>,
  { carrier, serviceLevel }: Service,
  key: Key,
): Terms[Key] {
  const level = serviceLevel === null ? '' : levelName(serviceLevel);
  const ofCarrier = carrier === null ? undefined : ownMember(terms.carriers, carrier);
  const steps: readonly (Own<Terms> | undefined)[] = [
    ofCarrier?.service_levels && ownMember(ofCarrier.service_levels, level),
    ofCarrier,
    ownMember(terms.service_levels, level),
  ];
  for (const step of steps) {
    const value = step?.[key];
    if (value !== undefined) return value;
  }
  return terms[key];
}

/** The key of a service level: `Next Day`, `NEXT-DAY` and `next_day` are the same. */
function levelName(serviceLevel: string): string {
  return serviceLevel
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
}

/** The record's own member, not an inherited one: a service level may be called `constructor`. */
function ownMember<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
