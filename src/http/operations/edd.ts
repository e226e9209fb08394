import { operation } from '../operation.ts';
import { promises, promiseWish } from '../schemas/edd.ts';
import { accuracy, accuracyFilter } from '../schemas/edd-accuracy.ts';
import { eddModel } from '../schemas/edd-model.ts';
import { SCORED_MAX, scores, scoreWish } from '../schemas/edd-score.ts';

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
    "Of parcels that were delivered in these days: our dates, the carrier's and your promises, and what early warnings were worth (docs/predictions.md, Accuracy).",
  scope: 'shipments:read',
  query: accuracyFilter,
  answers: { 200: { description: 'Figures of each group.', schema: accuracy } },
});

export const scoreOperation = operation({
  id: 'scoreParcels',
  method: 'POST',
  path: '/edd/score',
  tag: 'Delivery dates',
  summary: 'Dates of many parcels at once, by the model or the rule',
  description: `For parcels that were handed over and need not be registered, at most ${SCORED_MAX}: the members are the columns of \`waybill edd score\`, and what was scanned since (docs/predictions.md). Nothing is stored.`,
  scope: 'shipments:read',
  body: scoreWish,
  answers: { 200: { description: 'A date for each parcel.', schema: scores } },
  errors: [],
});

export const eddModelOperation = operation({
  id: 'getDeliveryDateModel',
  method: 'GET',
  path: '/edd/model',
  tag: 'Delivery dates',
  summary: 'The model that predicts delivery dates',
  description:
    'What it was made of, how it did against the model before it, and how its dates of the last weeks came true. One model learns from the live parcels of all merchants of the installation.',
  scope: 'shipments:read',
  answers: { 200: { description: 'The card of the model.', schema: eddModel } },
});

export const eddOperations = [
  eddModelOperation,
  scoreOperation,
  promiseOperation,
  accuracyOperation,
];
