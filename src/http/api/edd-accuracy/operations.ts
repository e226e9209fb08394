import { operation } from '../../kit/operation.ts';
import { accuracy, accuracyFilter, opsAccuracyFilter } from './schema.ts';

export const accuracyOperation = operation({
  id: 'getDeliveryDateAccuracy',
  method: 'GET',
  path: '/edd/accuracy',
  tag: 'Delivery dates',
  summary: 'Get the accuracy of delivery dates',
  description:
    "For parcels delivered in the period: our dates, the carrier's and your promises, and how useful early warnings were (docs/predictions.md, Accuracy).",
  scope: 'shipments:read',
  query: accuracyFilter,
  shed: {},
  answers: { 200: { description: 'The figures per group.', schema: accuracy } },
});

export const opsAccuracyOperation = operation({
  id: 'getOpsDeliveryDateAccuracy',
  method: 'GET',
  path: '/ops/edd/accuracy',
  tag: 'Operators',
  console: true,
  summary: 'Get the accuracy of delivery dates of all merchants',
  description: 'Like `GET /v1/edd/accuracy`, for all merchants or one.',
  scope: 'ops:read',
  query: opsAccuracyFilter,
  answers: { 200: { description: 'The figures per group.', schema: accuracy } },
});
