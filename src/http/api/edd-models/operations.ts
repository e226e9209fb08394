import { operation } from '../../kit/operation.ts';
import { wholeList } from '../../kit/paged.ts';
import { eddModel, eddModelList, eddRollback, eddRolledBack } from './schema.ts';

export const eddModelOperation = operation({
  id: 'getDeliveryDateModel',
  method: 'GET',
  path: '/edd/model',
  tag: 'Delivery dates',
  summary: 'Get the model that predicts delivery dates',
  description:
    'Its training data, its comparison with the model before it, and how accurate its dates of the last weeks were. One model learns from the live parcels of all merchants of the installation.',
  scope: 'shipments:read',
  answers: { 200: { description: 'The model card.', schema: eddModel } },
});

export const listEddModelsOperation = operation({
  id: 'listDeliveryDateModels',
  method: 'GET',
  path: '/ops/edd/models',
  tag: 'Operators',
  console: true,
  summary: 'List the delivery date models',
  description: 'Newest first, with cards, comparisons and reasons (docs/predictions.md, Learning).',
  scope: 'ops:read',
  query: wholeList,
  answers: { 200: { description: 'The models.', schema: eddModelList } },
});

export const rollBackEddModelOperation = operation({
  id: 'rollBackDeliveryDateModel',
  method: 'POST',
  path: '/ops/edd/models/rollback',
  tag: 'Operators',
  console: true,
  summary: 'Roll back to an older delivery date model',
  description: 'All processes follow within seconds. Predictions continue meanwhile.',
  scope: 'ops:write',
  body: eddRollback,
  answers: { 200: { description: 'The active model.', schema: eddRolledBack } },
  errors: ['conflict', 'not_found'],
});

export const opsEddOperations = [listEddModelsOperation, rollBackEddModelOperation];
