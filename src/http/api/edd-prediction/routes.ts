import { z } from 'zod';
import { estimateMembers, estimateMembersOrNull } from '../../../events/shipment-view.ts';
import { Problem } from '../../../kernel/errors.ts';
import { instant, localDateOrNull } from '../../../kernel/time/time-kinds.ts';
import type { Database } from '../../../platform/database/database.ts';
import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';
import { driverInWords } from '../../../prediction/index.ts';
import {
  explainPrediction,
  type PredictionExplained,
} from '../../../reactions/predictions/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { resource } from '../../kit/resource.ts';
import { datesJson, reason, reasonsJson } from '../edd/schema.ts';

const explanationQuery = z.strictObject({
  language: z.enum(LANGUAGES).default('en').describe('The language of `drivers`.'),
});

const shown = z
  .strictObject({
    whose: z.enum(['ours', 'carrier', 'promise']),
    source: z.enum(['model', 'carrier', 'rule', 'promise']),
    shown_at: instant,
    stage: z.string().describe('The status at that time.'),
    ...estimateMembers,
    delivered_on: localDateOrNull,
    error_days: z.int().nullable().describe('Positive: it arrived later than estimated.'),
  })
  .meta({ id: 'ShownDate' });

export const prediction = z
  .strictObject({
    made_at: instant,
    source: z.enum(['model', 'carrier', 'rule', 'none']),
    ...estimateMembersOrNull,
    confidence: z.number().min(0).max(1),
    late: z.boolean(),
    reasons: z.array(reason).describe('In the order of the decisions.'),
    drivers: z
      .array(z.strictObject({ feature: z.string(), days: z.number(), text: z.string() }))
      .describe('What influenced the model most, compared with other parcels.'),
    model_version: z.int().nullable(),
    features_hash: z.string().describe('Identifies all inputs except the time.'),
    miss_probability: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('The probability that the promised day is missed. Null: unknown.'),
    at_risk: z.boolean(),
    shown: z.array(shown).describe('Every date that was shown, oldest first.'),
  })
  .meta({ id: 'Prediction' });

/** Explains a parcel's estimate. */
export const eddPrediction = resource(
  { noun: 'shipment', tag: 'Delivery dates' },
  {
    explain: {
      id: 'explainDeliveryDate',
      method: 'GET',
      path: '/shipments/:id/prediction',
      summary: "Explain a parcel's delivery date",
      scope: 'shipments:read',
      query: explanationQuery,
      answers: { 200: { description: 'The latest prediction.', schema: prediction } },
    },
  },
  (db: Pick<Database, 'app'>) => ({
    explain: async ({ tenant, query, id }) => {
      const found = await explainPrediction(db, tenant, id);
      if (found === null) {
        throw new Problem('not_found', 'estimates.noShipmentOrPrediction');
      }
      return { status: 200, body: explainedJson(found, query.language) };
    },
  }),
);

function explainedJson({ prediction, shown }: PredictionExplained, language: Language) {
  const { source, confidence, late, zone } = prediction;
  return {
    made_at: iso(prediction.madeAtMs),
    source,
    ...datesJson(prediction, zone),
    confidence,
    late,
    reasons: reasonsJson(prediction.reasons, language),
    drivers: prediction.drivers.map((driver) => ({
      ...driver,
      text: driverInWords(driver, messagesIn(language).prediction, localeOf(language)),
    })),
    model_version: prediction.modelVersion,
    features_hash: prediction.featuresHash,
    miss_probability: prediction.missProbability,
    at_risk: prediction.isAtRisk,
    shown: shown.map(({ whose, source: by, stage, ...row }) => ({
      whose,
      source: by,
      shown_at: iso(row.shownAtMs),
      stage,
      ...datesJson(row, zone),
      delivered_on: row.deliveredOn,
      error_days: row.errorDays,
    })),
  };
}
