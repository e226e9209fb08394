import { operation } from '../../kit/operation.ts';
import { SCORED_MAX, scoreRequest, scores } from './schema.ts';

export const scoreOperation = operation({
  id: 'predictDeliveryDates',
  method: 'POST',
  path: '/edd/score',
  tag: 'Delivery dates',
  summary: 'Predict delivery dates of many parcels',
  description: `For up to ${SCORED_MAX} parcels that were handed over to the carrier; they need not be registered. The members are the columns of \`waybill edd score\`, plus the scans since (docs/predictions.md). Nothing is stored.`,
  scope: 'shipments:read',
  body: scoreRequest,
  answers: { 200: { description: 'A date for each parcel.', schema: scores } },
  errors: [],
});
