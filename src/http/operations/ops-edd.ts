import { operation } from '../operation.ts';
import { eddModelList, eddRollback, eddRolledBack } from '../schemas/edd-model.ts';

export const listEddModelsOperation = operation({
  id: 'listDeliveryDateModels',
  method: 'GET',
  path: '/ops/edd/models',
  tag: 'Operators',
  console: true,
  summary: 'Models of delivery dates, and what became of them',
  description: 'Newest first, with cards, duels and reasons (docs/predictions.md, Learning).',
  scope: 'ops:read',
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
