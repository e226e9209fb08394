import { edd } from '../api/edd/routes.ts';
import { eddAccuracy } from '../api/edd-accuracy/routes.ts';
import { activeEddModel } from '../api/edd-models/routes.ts';
import { eddPrediction } from '../api/edd-prediction/routes.ts';
import { eddScore } from '../api/edd-score/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

type Deps = Pick<HttpContext, 'clock' | 'db' | 'eddModel' | 'predictionTerms' | 'promises'>;

/** Delivery dates: estimates, why they are what they are, and how accurate they were. */
export const estimateModule: HttpModule<Deps> = {
  operations: [
    ...activeEddModel.operations,
    ...eddScore.operations,
    ...edd.operations,
    ...eddAccuracy.operations,
    ...eddPrediction.operations,
  ],
  routes(api, { clock, db, eddModel: model = null, predictionTerms, promises }) {
    return [
      ...eddAccuracy.routes(api, { db, clock }),
      ...eddPrediction.routes(api, db),
      ...activeEddModel.routes(api, { db, inForce: model }),
      ...eddScore.routes(api, { terms: predictionTerms, model, clock }),
      ...edd.routes(api, { promises, clock }),
    ];
  },
};
