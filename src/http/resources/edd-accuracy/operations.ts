import { operation } from '../../kit/operation.ts';
import { accuracy, accuracyFilter, opsAccuracyFilter } from './schema.ts';

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

export const opsAccuracyOperation = operation({
  id: 'getDeliveryDateAccuracy',
  method: 'GET',
  path: '/ops/edd/accuracy',
  tag: 'Operators',
  console: true,
  summary: 'How the dates that were shown came true',
  description: 'As `GET /v1/edd/accuracy`, of all merchants or of one.',
  scope: 'ops:read',
  query: opsAccuracyFilter,
  answers: { 200: { description: 'Figures of each group.', schema: accuracy } },
});
