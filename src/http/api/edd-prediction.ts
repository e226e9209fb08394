import { Problem } from '../../kernel/errors.ts';
import type { Database } from '../../platform/database.ts';
import { driverInWords } from '../../prediction/index.ts';
import { explainPrediction, type PredictionExplained } from '../../reactions/predictions/index.ts';
import { iso } from '../../tracking/index.ts';
import { type MerchantDoor, merchantRoute } from '../merchant-route.ts';
import { explainDateOperation } from '../operations/edd-prediction.ts';
import type { Route } from '../route.ts';
import { reasonsJson } from './prediction-reasons.ts';
import { shipmentId } from './shipments.ts';

/** Why a parcel has the date it has. */
export function predictionRoutes(
  door: MerchantDoor,
  { db }: { readonly db: Pick<Database, 'app'> },
): readonly Route[] {
  return [
    merchantRoute(door, explainDateOperation, async ({ tenant, param }) => {
      const found = await explainPrediction(db, tenant, shipmentId(param('id')));
      if (found === null) {
        throw new Problem(
          'not_found',
          'There is no such shipment under this key, or no date of it was worked out yet.',
        );
      }
      return { status: 200, body: explainedJson(found) };
    }),
  ];
}

function explainedJson({ prediction, shown }: PredictionExplained) {
  const { date, from, to, source, confidence, late } = prediction;
  return {
    ...{ made_at: iso(prediction.madeAtMs), source, date, from, to, confidence, late },
    reasons: reasonsJson(prediction.reasons),
    drivers: prediction.drivers.map((driver) => ({ ...driver, text: driverInWords(driver) })),
    ...{ model_version: prediction.modelVersion, features_hash: prediction.featuresHash },
    ...{ miss_probability: prediction.missProbability, at_risk: prediction.isAtRisk },
    shown: shown.map(({ whose, source: by, stage, ...row }) => ({
      ...{ whose, source: by, shown_at: iso(row.shownAtMs), stage },
      ...{ date: row.date, from: row.from, to: row.to },
      ...{ delivered_on: row.deliveredOn, error_days: row.errorDays },
    })),
  };
}
