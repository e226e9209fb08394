import { eddOperations } from '../api/edd/operations.ts';
import { eddRoutes } from '../api/edd/routes.ts';
import { accuracyRoutes } from '../api/edd-accuracy/routes.ts';
import { eddModelRoute } from '../api/edd-models/routes.ts';
import { explainDateOperation } from '../api/edd-prediction/operations.ts';
import { predictionRoutes } from '../api/edd-prediction/routes.ts';
import { scoreRoute } from '../api/edd-score/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

type Deps = Pick<HttpContext, 'clock' | 'db' | 'eddModel' | 'predictionTerms' | 'promises'>;

/** Delivery dates: estimates, why they are what they are, and how accurate they were. */
export const estimateModule: HttpModule<Deps> = {
  operations: [...eddOperations, explainDateOperation],
  routes(api, { clock, db, eddModel: model = null, predictionTerms, promises }) {
    return [
      ...accuracyRoutes(api, { db, clock }),
      ...predictionRoutes(api, db),
      eddModelRoute(api, db, model),
      scoreRoute(api, { terms: predictionTerms, model, clock }),
      ...eddRoutes(api, { promises, clock }),
    ];
  },
};
