import { operation } from '../../kit/operation.ts';
import { SCORED_MAX, scoreRequest, scores } from './schema.ts';

export const scoreOperation = operation({
  id: 'scoreParcels',
  method: 'POST',
  path: '/edd/score',
  tag: 'Delivery dates',
  summary: 'Dates of many parcels at once, by the model or the rule',
  description: `For parcels that were handed over and need not be registered, at most ${SCORED_MAX}: the members are the columns of \`waybill edd score\`, and what was scanned since (docs/predictions.md). Nothing is stored.`,
  scope: 'shipments:read',
  body: scoreRequest,
  answers: { 200: { description: 'A date for each parcel.', schema: scores } },
  errors: [],
});
