import { operation } from '../../kit/operation.ts';
import { ASKING_ERRORS } from '../carriers/asking-errors.ts';
import { pickupPointList, pickupPointQuery } from './schema.ts';

export const pickupPointsOperation = operation({
  id: 'listPickupPoints',
  method: 'GET',
  path: '/carriers/:carrier/pickup-points',
  tag: 'Carriers',
  summary: 'List pickup points near a place',
  description:
    'Asks the carrier with your own account in charge. Carriers with the capability `pickup_points` have it. People may use a quarter of an account’s calls for such questions; the same question within an hour costs none.',
  scope: 'shipments:read',
  params: { carrier: 'The carrier, as `GET /carriers` names it.' },
  query: pickupPointQuery,
  answers: { 200: { description: 'The nearest first.', schema: pickupPointList } },
  errors: ASKING_ERRORS,
});
