import { operation } from '../../kit/operation.ts';
import { wholeList } from '../../kit/paged.ts';
import { carrierAccounts } from '../carrier-accounts/routes.ts';
import { pickupPointsOperation } from '../pickup-points/operations.ts';
import { carrierList, detection, detectQuery } from './schema.ts';

export const detectOperation = operation({
  id: 'detectCarrier',
  method: 'GET',
  path: '/detect',
  tag: 'Carriers',
  summary: 'Detect the carrier of a tracking number',
  scope: 'shipments:read',
  query: detectQuery,
  answers: { 200: { description: 'Candidates, possibly none.', schema: detection } },
});

export const listCarriersOperation = operation({
  id: 'listCarriers',
  method: 'GET',
  path: '/carriers',
  tag: 'Carriers',
  summary: 'List the carriers of this installation',
  scope: 'shipments:read',
  query: wholeList,
  answers: { 200: { description: 'All of them, by id.', schema: carrierList } },
});

/** In the order the docs list them. */
export const carrierOperations = [
  detectOperation,
  listCarriersOperation,
  pickupPointsOperation,
  ...carrierAccounts.operations,
];
