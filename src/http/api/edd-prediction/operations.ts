import { operation } from '../../kit/operation.ts';
import { explanationQuery, prediction } from './schema.ts';

export const explainDateOperation = operation({
  id: 'explainDeliveryDate',
  method: 'GET',
  path: '/shipments/:id/prediction',
  tag: 'Delivery dates',
  summary: "Explain a parcel's delivery date",
  scope: 'shipments:read',
  params: { id: 'The shipment.' },
  query: explanationQuery,
  answers: { 200: { description: 'The latest prediction.', schema: prediction } },
  errors: ['not_found'],
});
