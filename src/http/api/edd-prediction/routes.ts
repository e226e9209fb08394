import { Problem } from '../../../kernel/errors.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { driverInWords } from '../../../prediction/index.ts';
import {
  explainPrediction,
  type PredictionExplained,
} from '../../../reactions/predictions/index.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { datesJson } from '../edd/dates-json.ts';
import { reasonsJson } from '../edd/reasons.ts';
import { shipmentId } from '../shipments/routes.ts';
import { explainDateOperation } from './operations.ts';

/** Explains a parcel's estimate. */
export function predictionRoutes(api: MerchantApi, db: Pick<Database, 'app'>): readonly Route[] {
  return [
    merchantRoute(api, explainDateOperation, async ({ tenant, param, query }) => {
      const found = await explainPrediction(db, tenant, shipmentId(param('id')));
      if (found === null) {
        throw new Problem(
          'not_found',
          'There is no such shipment under this key, or it has no prediction yet.',
        );
      }
      return { status: 200, body: explainedJson(found, query.language) };
    }),
  ];
}

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
      text: driverInWords(driver, language),
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
