import { z } from 'zod';
import { estimateMembersOrNull } from '../../../events/shipment-view.ts';
import { givenDate, givenInstant, instant } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import type { Clock } from '../../../platform/clock.ts';
import {
  momentOf,
  type ParcelPlace,
  type PredictionTerms,
  pooledSender,
  type ScoredParcel,
  scoreParcel,
} from '../../../prediction/index.ts';
import type { ActiveModel } from '../../../reactions/predictions/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { resource } from '../../kit/resource.ts';
import { country } from '../../kit/schemas.ts';
import { invalidMember } from '../../kit/validation.ts';
import { datesJson, place, reason, reasonsJson, zoneOf } from '../edd/schema.ts';

const SCORED_MAX = 1_000;

/**
 * Statuses a scan in transit may have; for delivered or returning parcels there is nothing to
 * predict.
 */
const SCAN_STATUSES = [
  ...(['picked_up', 'in_transit', 'at_facility', 'out_for_delivery'] as const),
  ...(['available_for_pickup', 'delivery_attempted', 'exception'] as const),
];

const scoredPlace = place
  .extend({
    lat: z.number().min(-90).max(90).nullish(),
    lng: z.number().min(-180).max(180).nullish(),
  })
  .meta({ id: 'ScoredPlace' });

const SCANS_MAX = 40;

const scan = z
  .strictObject({
    status: z.enum(SCAN_STATUSES),
    at: givenInstant,
    country: country.nullish(),
    facility: text(60).nullish().describe('The building, otherwise the city.'),
  })
  .meta({ id: 'ScoredScan' });

const parcel = z
  .strictObject({
    shipment_id: text(64).describe('Returned as sent. It need not be a real number.'),
    carrier: text(64),
    service_level: text(64).nullish(),
    sender_id: text(64).nullish(),
    origin: scoredPlace,
    destination: scoredPlace,
    weight_g: z.int().min(0).max(10_000_000).nullish(),
    label_at: givenInstant.nullish(),
    handed_over_at: givenInstant.describe('When the carrier receives it or received it.'),
    promised_date: givenDate.nullish(),
    scans: z
      .array(scan)
      .max(SCANS_MAX)
      .optional()
      .describe('Scans after acceptance. Earlier or future ones are ignored.'),
  })
  .meta({ id: 'ScoredParcel' });

const scoreRequest = z
  .strictObject({ parcels: z.array(parcel).min(1).max(SCORED_MAX) })
  .meta({ id: 'ScoreRequest' });

export const scores = z
  .strictObject({
    data: z
      .array(
        z.strictObject({
          shipment_id: z.string(),
          ...estimateMembersOrNull,
          source: z.enum(['model', 'carrier', 'rule', 'none']),
          confidence: z.number().min(0).max(1),
          late: z.boolean(),
          reasons: z.array(reason),
        }),
      )
      .describe('In the order of the request.'),
    model_version: z.int().nullable().describe('Null if there is no model yet.'),
    as_of: instant,
  })
  .meta({ id: 'Scores' });

const DAY_MS = 86_400_000;
const BACK_DAYS_MAX = 366;
const AHEAD_DAYS_MAX = 28;
/** Parcels scored before yielding to the event loop: a few milliseconds of CPU. */
const AT_ONCE = 25;

interface ScoreDeps {
  readonly terms: () => Promise<PredictionTerms>;
  readonly model: Pick<ActiveModel, 'current'> | null;
  readonly clock: Clock;
}

/** Estimates for many parcels at once, which need not be registered. Nothing is stored. */
export const eddScore = resource(
  { noun: 'estimate', tag: 'Delivery dates' },
  {
    predict: {
      id: 'predictDeliveryDates',
      method: 'POST',
      path: '/edd/score',
      summary: 'Predict delivery dates of many parcels',
      description: `For up to ${SCORED_MAX} parcels that were handed over to the carrier; they need not be registered. The members are the columns of \`waybill edd score\`, plus the scans since (docs/predictions.md). Nothing is stored.`,
      scope: 'shipments:read',
      body: scoreRequest,
      answers: { 200: { description: 'A date for each parcel.', schema: scores } },
      errors: [],
    },
  },
  ({ terms, model, clock }: ScoreDeps) => ({
    predict: async ({ tenant, body }) => {
      const nowMs = clock.nowMs();
      const current = model?.current() ?? null;
      const by = { ...(await terms()), learner: current?.learner ?? null, nowMs };
      const parcels = body.parcels.map((parcel, index) => ({
        parcel: toScoredParcel(parcel, index, tenant.merchantId, nowMs),
        zone: zoneOf(parcel.destination),
      }));
      const data = [];
      for (const [index, { parcel, zone }] of parcels.entries()) {
        if (index > 0 && index % AT_ONCE === 0)
          await new Promise((resolve) => setImmediate(resolve));
        const { source, confidence, late, reasons, ...dates } = scoreParcel(by, parcel);
        data.push({
          shipment_id: parcel.id,
          ...datesJson(dates, zone),
          source,
          confidence,
          late,
          reasons: reasonsJson(reasons, 'en'),
        });
      }
      const model_version = current?.version ?? null;
      return { status: 200, body: { data, model_version, as_of: iso(nowMs) } };
    },
  }),
);

type Sent = z.output<typeof scoreRequest>['parcels'][number];

/** Converts a parcel of the request; throws a 422 for a hand-over that no parcel in transit has. */
function toScoredParcel(
  sent: Sent,
  index: number,
  merchantId: string,
  nowMs: number,
): ScoredParcel {
  const handedOverAt = momentOf(sent.handed_over_at);
  const agoMs = handedOverAt === null ? Infinity : nowMs - handedOverAt.instantMs;
  if (handedOverAt === null || agoMs > BACK_DAYS_MAX * DAY_MS || agoMs < -AHEAD_DAYS_MAX * DAY_MS) {
    throw invalidMember(
      `/parcels/${index}/handed_over_at`,
      {
        'estimates.outsideDateRange': { backDaysMax: BACK_DAYS_MAX, aheadDaysMax: AHEAD_DAYS_MAX },
      },
      'estimates.sendReceiptTime',
    );
  }
  const labelAt = sent.label_at == null ? null : momentOf(sent.label_at);
  // A label created after acceptance only shows that a clock was wrong.
  const isLabelPlausible = labelAt !== null && labelAt.instantMs <= handedOverAt.instantMs;
  return {
    id: sent.shipment_id,
    carrier: sent.carrier,
    serviceLevel: sent.service_level ?? null,
    sender: pooledSender(merchantId, sent.sender_id ?? ''),
    origin: toParcelPlace(sent.origin),
    destination: toParcelPlace(sent.destination),
    weightG: sent.weight_g ?? null,
    handedOverAt,
    labelAt: isLabelPlausible ? labelAt : null,
    promised: sent.promised_date ?? null,
    stops: (sent.scans ?? []).flatMap(toStops),
  };
}

function toStops({ status, at, country, facility }: NonNullable<Sent['scans']>[number]) {
  const moment = momentOf(at);
  if (moment === null) return [];
  // Normalized as the hub stores them for registered parcels.
  const name = (facility ?? '').toUpperCase();
  return [{ at: moment, status, country: country ?? '', facility: name, estimateDay: null }];
}

function toParcelPlace({ country, region, postal_code, lat, lng }: Sent['origin']): ParcelPlace {
  return {
    country,
    region: region ?? '',
    postal: postal_code ?? '',
    lat: lat ?? null,
    lng: lng ?? null,
  };
}
