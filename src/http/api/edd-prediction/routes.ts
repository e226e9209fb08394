import { Problem } from '../../../kernel/errors.ts';
import type { Database } from '../../../platform/database/database.ts';
import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { driverInWords } from '../../../prediction/index.ts';
import {
  explainPrediction,
  type PredictionExplained,
} from '../../../reactions/predictions/index.ts';
import { iso } from '../../../tracking/index.ts';
import { resource } from '../../kit/resource.ts';
import { datesJson } from '../edd/dates-json.ts';
import { reasonsJson } from '../edd/reasons.ts';
import { explanationQuery, prediction } from './schema.ts';

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
