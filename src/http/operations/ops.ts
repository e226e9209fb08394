import { operation } from '../operation.ts';
import { accuracy, opsAccuracyFilter } from '../schemas/edd-accuracy.ts';
import { overview } from '../schemas/ops-overview.ts';
import { opsDeadLetterOperations } from './ops-dead-letters.ts';
import { opsEddOperations } from './ops-edd.ts';
import { opsMappingOperations } from './ops-mappings.ts';
import { opsReviewOperations } from './ops-review.ts';

export const overviewOperation = operation({
  id: 'getOverview',
  method: 'GET',
  path: '/ops',
  tag: 'Operators',
  console: true,
  summary: 'How the installation is',
  description:
    'Readiness, backlog, dead letters, unknown codes, mappings and accounts with carriers, of all merchants.',
  scope: 'ops:read',
  answers: { 200: { description: 'The overview.', schema: overview } },
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

/** In the order in which the docs list them. */
export const opsOperations = [
  overviewOperation,
  ...opsDeadLetterOperations,
  ...opsReviewOperations,
  ...opsMappingOperations,
  opsAccuracyOperation,
  ...opsEddOperations,
];
