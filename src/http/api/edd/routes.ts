import type { z } from 'zod';
import type { Clock } from '../../../platform/clock.ts';
import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import {
  type PromisedDate,
  type PromisePlace,
  type Promises,
  pooledSender,
} from '../../../prediction/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { datesJson, promiseRequest, promises, reasonsJson, zoneOf } from './schema.ts';

const DAY_MS = 86_400_000;
/**
 * The maximum of days ahead: no holiday list or timetable is reliable enough for a promise further
 * ahead.
 */
const AHEAD_DAYS_MAX = 28;
/** The maximum of days back: a shop's clock may be slow, or its parcel was packed yesterday. */
const BACK_DAYS_MAX = 2;

/** Estimates that do not belong to a shipment. */
export const edd = resource(
  { noun: 'estimate', tag: 'Delivery dates' },
  {
    promise: {
      id: 'promiseDeliveryDates',
      method: 'POST',
      path: '/edd/promise',
      summary: 'Predict delivery dates for a checkout',
      description:
        'A window for each service level, from working days, holidays, cut-off times and the days on which the service delivers (docs/predictions.md). Nothing is stored.',
      scope: 'shipments:read',
      body: promiseRequest,
      answers: { 200: { description: 'A date for each service level.', schema: promises } },
      errors: [],
    },
  },
  ({ promises, clock }: { readonly promises: Promises; readonly clock: Clock }) => ({
    promise: async ({ tenant, body }) => {
      const nowMs = clock.nowMs();
      const shipAtMs = shipTime(body.ship_at ?? null, nowMs);
      const dates = await promises.datesFor(
        {
          origin: toPromisePlace(body.origin),
          destination: toPromisePlace(body.destination),
          carrier: body.carrier ?? null,
          serviceLevels: body.service_levels,
          shipAtMs,
          nowMs,
          sender: pooledSender(tenant.merchantId, ''),
        },
        { texts: messagesIn(body.language).prediction, locale: localeOf(body.language) },
      );
      const zone = zoneOf(body.destination);
      const data = dates.map((promised) => promisedJson(promised, zone, body.language));
      return { status: 200, body: { data, ship_at: iso(shipAtMs), as_of: iso(nowMs) } };
    },
  }),
);

/**
 * Returns the time in epoch ms, by default now; throws a 422 about `pointer` for one too far away.
 */
export function shipTime(given: string | null, nowMs: number, pointer = '/ship_at'): number {
  if (given === null) return nowMs;
  const ms = Date.parse(given);
  if (ms >= nowMs - BACK_DAYS_MAX * DAY_MS && ms <= nowMs + AHEAD_DAYS_MAX * DAY_MS) return ms;
  throw invalidMember(
    pointer,
    { 'estimates.outsideDateRange': { backDaysMax: BACK_DAYS_MAX, aheadDaysMax: AHEAD_DAYS_MAX } },
    'estimates.sendOptionalReceiptTime',
  );
}

function toPromisePlace(given: z.output<typeof promiseRequest>['origin']): PromisePlace {
  const { country, region, postal_code: postalCode } = given;
  return { country, region: region ?? null, postalCode: postalCode ?? null };
}

function promisedJson(promised: PromisedDate, zone: string | null, language: Language) {
  const { serviceLevel, acceptanceDate, text, source, confidence, reasons } = promised;
  return {
    service_level: serviceLevel,
    ...datesJson(promised, zone),
    text,
    source,
    confidence,
    hand_over_date: acceptanceDate,
    reasons: reasonsJson(reasons, language),
  };
}
