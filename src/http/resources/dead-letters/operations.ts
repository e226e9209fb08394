import { operation } from '../../kit/operation.ts';
import {
  bulkReplay,
  deadLetter,
  deadLetterContent,
  deadLetterList,
  deadLetterQuery,
  deadLettersQuery,
  dismissal,
  replayed,
} from './schema.ts';

const ID = { id: 'The dead letter.' };

export const listDeadLettersOperation = operation({
  id: 'listDeadLetters',
  method: 'GET',
  path: '/ops/dead-letters',
  tag: 'Operators',
  console: true,
  summary: 'Receipts that could not be understood',
  description: 'Of all merchants, newest first, without those somebody is done with.',
  scope: 'ops:read',
  query: deadLettersQuery,
  answers: { 200: { description: 'A page.', schema: deadLetterList } },
});

export const getDeadLetterOperation = operation({
  id: 'getDeadLetter',
  method: 'GET',
  path: '/ops/dead-letters/:id',
  tag: 'Operators',
  console: true,
  summary: 'One of them, with what it holds',
  description:
    'Codes, times and structure as they came; names, addresses and whatever else may be somebody’s are masked, unless `raw=true`.',
  scope: 'ops:read',
  params: ID,
  query: deadLetterQuery,
  answers: { 200: { description: 'The dead letter.', schema: deadLetterContent } },
  errors: ['not_found'],
});

export const replayDeadLetterOperation = operation({
  id: 'replayDeadLetter',
  method: 'POST',
  path: '/ops/dead-letters/:id/replay',
  tag: 'Operators',
  console: true,
  summary: 'Read it anew',
  description: 'Back into the inbox, dismissed or not; what was read already does no harm.',
  scope: 'ops:write',
  params: ID,
  answers: { 202: { description: 'It is read next.', schema: replayed } },
  errors: ['not_found'],
});

export const dismissDeadLetterOperation = operation({
  id: 'dismissDeadLetter',
  method: 'POST',
  path: '/ops/dead-letters/:id/dismiss',
  tag: 'Operators',
  console: true,
  summary: 'Be done with it',
  description: 'Off the list and out of `/readyz`; it is kept and may still be replayed.',
  scope: 'ops:write',
  params: ID,
  body: dismissal,
  answers: { 200: { description: 'The dead letter as it is now.', schema: deadLetter } },
  errors: ['not_found'],
  example: { note: 'a test of the carrier, no parcel of ours' },
});

export const replayDeadLettersOperation = operation({
  id: 'replayDeadLetters',
  method: 'POST',
  path: '/ops/dead-letters/replay',
  tag: 'Operators',
  console: true,
  summary: 'Read many anew',
  description:
    'Some by id, one carrier’s, or all that wait. At most 5,000 a request; `more` says whether others wait.',
  scope: 'ops:write',
  body: bulkReplay,
  answers: { 202: { description: 'They are read next.', schema: replayed } },
  example: { carrier: 'carrier-id' },
});

export const opsDeadLetterOperations = [
  listDeadLettersOperation,
  getDeadLetterOperation,
  replayDeadLetterOperation,
  dismissDeadLetterOperation,
  replayDeadLettersOperation,
];
