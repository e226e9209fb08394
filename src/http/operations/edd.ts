import { operation } from '../operation.ts';
import { promises, promiseWish } from '../schemas/edd.ts';

export const promiseOperation = operation({
  id: 'promiseDates',
  method: 'POST',
  path: '/edd/promise',
  tag: 'Delivery dates',
  summary: 'Dates for a checkout, before there is a parcel',
  description:
    'A window for each service level, from working days, holidays, cut-offs and the days on which the service delivers (docs/predictions.md). Nothing is stored.',
  scope: 'shipments:read',
  body: promiseWish,
  answers: { 200: { description: 'A date for each service level.', schema: promises } },
  errors: [],
});

export const eddOperations = [promiseOperation];
