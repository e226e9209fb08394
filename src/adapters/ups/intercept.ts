import { z } from 'zod';
import {
  looseBoolean,
  looseCode,
  looseList,
  looseObject,
  parseJsonOrNull,
} from '../../kernel/wire/loose.ts';
import {
  RETURN_REASONS,
  type RedirectKind,
  type RedirectOption,
  type RedirectOptionsOutcome,
  type RedirectOutcome,
  type ReturnReason,
} from '../contract/extras.ts';

/** The values of `reasonForReturn` of DeliveryIntercept.yaml. */
export const RETURN_CODES: Readonly<Record<ReturnReason, string>> = {
  order_cancelled: 'AM',
  duplicate_order: 'AN',
  too_expensive: 'AR',
  too_late: 'AS',
  bad_address: 'FA',
  refused: 'KR',
  not_ordered: 'KS',
  other: 'KV',
};

const FEATURES_MAX = 20;
const DETAILS_MAX = 60;

const errors = looseList(z.object({ errorCode: looseCode }), DETAILS_MAX);

const feature = z.object({
  interceptFeature: looseCode,
  eligibilityValue: looseObject({
    createEligibility: looseCode,
    dateOptionsforFutureDelivery: looseList(z.object({ date: looseCode }), DETAILS_MAX),
    reasonOptionsForRTS: looseList(z.object({ id: looseCode }), DETAILS_MAX),
  }),
});

type Feature = z.output<typeof feature>;

const eligibilitySchema = z.object({
  response: z.object({
    success: looseBoolean,
    errors,
    commonEligibilityMap: z
      .union([z.array(z.unknown()), z.looseObject({}), z.null()])
      .optional()
      .catch(undefined),
  }),
});

/** The answer to a request. In answers about eligibility, these members are in an envelope. */
const answerSchema = z.object({
  success: looseBoolean,
  statusCode: looseCode,
  transactionId: looseCode,
  errors,
});

/**
 * The kinds by UPS's names of intercepts. `RD` is titled "Reschedule Delivery" although
 * `/reschedule` expects `FD`. No name means another address: whether that is possible shows only in
 * the answer to the request.
 */
const KINDS: Readonly<Record<string, RedirectKind>> = {
  WC: 'hold_at_facility',
  FD: 'reschedule',
  RTS: 'return',
};

/** Reads the options for a parcel; null when the text contains no eligibility. */
export function readEligibility(text: string): RedirectOptionsOutcome | null {
  const read = eligibilitySchema.safeParse(parseJsonOrNull(text)?.value);
  if (!read.success) return null;
  const { success, errors: said, commonEligibilityMap: map } = read.data.response;
  if (success === false) return refusal(said);
  if (map === undefined || map === null) return null;
  const features = (Array.isArray(map) ? map : [map]).slice(0, FEATURES_MAX).flatMap((value) => {
    const one = feature.safeParse(value);
    return one.success ? [one.data] : [];
  });
  const options = features.map(optionOf).filter((option) => option !== null);
  const isOpen = options.some((option) => option.eligibility === 'eligible');
  return {
    outcome: 'options',
    options: [
      ...options,
      // Another address is not in the answer. If nothing else may be done, this may not either.
      ...(options.length > 0
        ? [optionWithDefaults('address', isOpen ? 'unknown' : 'not_eligible')]
        : []),
    ],
  };
}

/** Converts one option; null if it is not one of the intercepts that we use. */
function optionOf({ interceptFeature, eligibilityValue }: Feature): RedirectOption | null {
  const kind = KINDS[interceptFeature ?? ''];
  if (kind === undefined || eligibilityValue === undefined) return null;
  const { createEligibility, dateOptionsforFutureDelivery, reasonOptionsForRTS } = eligibilityValue;
  const dates = dateOptionsforFutureDelivery.flatMap((each) => dateOf(each?.date) ?? []);
  const codes = reasonOptionsForRTS.map((each) => each?.id);
  const reasons = RETURN_REASONS.filter((reason) => codes.includes(RETURN_CODES[reason]));
  return {
    ...optionWithDefaults(kind, toEligibility(createEligibility)),
    dates: dates.length > 0 ? dates : null,
    reasons: reasons.length > 0 ? reasons : null,
  };
}

function optionWithDefaults(
  kind: RedirectKind,
  eligibility: RedirectOption['eligibility'],
): RedirectOption {
  return {
    kind,
    eligibility,
    dates: null,
    reasons: null,
    charge: null,
    needsContact: true,
    // According to UPS's API description, instructions are for the driver at a new address; for
    // other kinds the field must be empty.
    takesInstructions: kind === 'address',
  };
}

function toEligibility(word: string | undefined): RedirectOption['eligibility'] {
  if (word === 'ELIGIBLE') return 'eligible';
  return word === 'NOT_ELIGIBLE' ? 'not_eligible' : 'unknown';
}

/** Converts a day such as `20250110`; null for anything else. */
function dateOf(text: string | undefined): string | null {
  const [, year, month, day] = /^(20\d\d)(\d\d)(\d\d)$/.exec(text ?? '') ?? [];
  return year === undefined ? null : `${year}-${month}-${day}`;
}

/**
 * Reads the answer to an intercept; null when the text does not say whether the request was
 * accepted.
 */
export function readInterceptAnswer(text: string): RedirectOutcome | null {
  const value = parseJsonOrNull(text)?.value;
  const inside: unknown =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (Reflect.get(value, 'response') ?? value)
      : null;
  const read = answerSchema.safeParse(inside);
  if (!read.success || read.data.success === undefined) return null;
  const { success, statusCode, transactionId, errors: said } = read.data;
  if (success && (statusCode ?? '000') === '000') {
    return { outcome: 'accepted', reference: transactionId ?? null };
  }
  const failed = refusal(said);
  return failed.outcome === 'none' ? { ...failed, outcome: 'refused' } : failed;
}

type Refusal =
  | Extract<RedirectOptionsOutcome, { outcome: 'none' }>
  | { outcome: 'error'; reason: string };

/**
 * Converts UPS's first error code to an outcome: `500`, a failure at UPS, to `error`; any other is
 * about the parcel, so nothing can be done with it (`none`).
 */
function refusal(said: readonly ({ errorCode?: string | undefined } | null)[]): Refusal {
  const code = said.find((each) => each?.errorCode !== undefined)?.errorCode;
  const reason = `UPS error ${code ?? 'without a code'}`;
  return { outcome: code === '500' ? 'error' : 'none', reason };
}
