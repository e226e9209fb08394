import { operation } from '../operation.ts';
import { promises, promiseWish } from '../schemas/edd.ts';
import { accuracy, accuracyFilter } from '../schemas/edd-accuracy.ts';

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

export const accuracyOperation = operation({
  id: 'deliveryDateAccuracy',
  method: 'GET',
  path: '/edd/accuracy',
  tag: 'Delivery dates',
  summary: 'How the dates that were shown came true',
  description:
    "Of parcels that were delivered in these days: our dates, the carrier's and your promises, and what early warnings were worth (docs/predictions.md, Proof).",
  scope: 'shipments:read',
  query: accuracyFilter,
  answers: { 200: { description: 'Figures of each group.', schema: accuracy } },
});

export const eddOperations = [promiseOperation, accuracyOperation];
