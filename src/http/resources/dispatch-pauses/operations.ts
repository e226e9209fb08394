import { operation } from '../../kit/operation.ts';
import { newPause, pause, pauseFilter, pausePage } from './schema.ts';

const tag = 'Deliveries' as const;

export const createPauseOperation = operation({
  id: 'createDispatchPause',
  method: 'POST',
  path: '/dispatch/pauses',
  tag,
  summary: 'Pause dispatch in an area',
  description:
    'What is to be fetched there waits, and says so (`pause` of the delivery). Offers that are open stay open, and a dispatcher can still assign.',
  scope: 'deliveries:write',
  body: newPause,
  answers: { 201: { description: 'It is paused.', schema: pause } },
  errors: ['conflict'],
  example: { cells: ['u1x0e', 'u1x0s'], until: '2026-03-10T15:00:00Z', reason: 'Storm warning' },
});

export const listPausesOperation = operation({
  id: 'listDispatchPauses',
  method: 'GET',
  path: '/dispatch/pauses',
  tag,
  summary: 'List paused areas of the last 90 days',
  scope: 'deliveries:read',
  query: pauseFilter,
  answers: { 200: { description: 'A page, newest first.', schema: pausePage } },
});

export const endPauseOperation = operation({
  id: 'endDispatchPause',
  method: 'DELETE',
  path: '/dispatch/pauses/:id',
  tag,
  summary: 'Resume dispatch in an area',
  description: 'What waited is offered at once. Sent again, the answer is the same.',
  scope: 'deliveries:write',
  params: { id: 'The pause.' },
  answers: { 200: { description: 'It is over.', schema: pause } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
export const pauseOperations = [createPauseOperation, listPausesOperation, endPauseOperation];
