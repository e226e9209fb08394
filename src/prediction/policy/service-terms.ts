import type { DeliveryTerms, PredictionPolicy, RuleTerms } from './policy.ts';

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
