import { operation } from '../../kit/operation.ts';
import { explanationQuery, prediction } from './schema.ts';

export const explainDateOperation = operation({
  id: 'explainDeliveryDate',
  method: 'GET',
  path: '/shipments/:id/prediction',
  tag: 'Delivery dates',
  summary: 'Why a parcel has the date it has, and which it had before',
  scope: 'shipments:read',
  params: { id: 'The shipment.' },
  query: explanationQuery,
  answers: { 200: { description: 'The newest prediction.', schema: prediction } },
  errors: ['not_found'],
});
