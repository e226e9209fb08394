import { operation } from '../../kit/operation.ts';
import { wholeList } from '../../kit/paged.ts';
import { eddModel, eddModelList, eddRollback, eddRolledBack } from './schema.ts';

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

export const listEddModelsOperation = operation({
  id: 'listDeliveryDateModels',
  method: 'GET',
  path: '/ops/edd/models',
  tag: 'Operators',
  console: true,
  summary: 'Models of delivery dates, and what became of them',
  description: 'Newest first, with cards, duels and reasons (docs/predictions.md, Learning).',
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
  summary: 'Put an older model back in force',
  description: 'All processes follow within seconds. Prediction goes on meanwhile.',
  scope: 'ops:write',
  body: eddRollback,
  answers: { 200: { description: 'What is in force now.', schema: eddRolledBack } },
  errors: ['conflict', 'not_found'],
});

export const opsEddOperations = [listEddModelsOperation, rollBackEddModelOperation];
