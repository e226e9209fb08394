import { operation } from '../../kit/operation.ts';
import { accuracyOperation } from '../edd-accuracy/operations.ts';
import { eddModelOperation } from '../edd-models/operations.ts';
import { scoreOperation } from '../edd-score/operations.ts';
import { promiseRequest, promises } from './schema.ts';

export const promiseOperation = operation({
  id: 'promiseDeliveryDates',
  method: 'POST',
  path: '/edd/promise',
  tag: 'Delivery dates',
  summary: 'Predict delivery dates for a checkout',
  description:
    'A window for each service level, from working days, holidays, cut-off times and the days on which the service delivers (docs/predictions.md). Nothing is stored.',
  scope: 'shipments:read',
  body: promiseRequest,
  answers: { 200: { description: 'A date for each service level.', schema: promises } },
  errors: [],
});

/** In the order the docs list them. */
export const eddOperations = [
  eddModelOperation,
  scoreOperation,
  promiseOperation,
  accuracyOperation,
];
