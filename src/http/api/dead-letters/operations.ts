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
  summary: 'List dead letters',
  description:
    'Inbound messages of all merchants that could not be processed, newest first, without dismissed ones.',
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
  summary: 'Get a dead letter with its content',
  description:
    'Codes, times and structure are shown as received; names, addresses and other possibly personal values are masked unless `raw=true`.',
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
  summary: 'Replay a dead letter',
  description:
    'Returns it to the inbox, even if it was dismissed. Replaying something already processed is harmless.',
  scope: 'ops:write',
  params: ID,
  answers: { 202: { description: 'It will be processed next.', schema: replayed } },
  errors: ['not_found'],
});

export const dismissDeadLetterOperation = operation({
  id: 'dismissDeadLetter',
  method: 'POST',
  path: '/ops/dead-letters/:id/dismiss',
  tag: 'Operators',
  console: true,
  summary: 'Dismiss a dead letter',
  description: 'Removes it from the list and from `/readyz`. It is kept and can still be replayed.',
  scope: 'ops:write',
  params: ID,
  body: dismissal,
  answers: { 200: { description: 'The changed dead letter.', schema: deadLetter } },
  errors: ['not_found'],
  example: { note: 'a test of the carrier, no parcel of ours' },
});

export const replayDeadLettersOperation = operation({
  id: 'replayDeadLetters',
  method: 'POST',
  path: '/ops/dead-letters/replay',
  tag: 'Operators',
  console: true,
  summary: 'Replay many dead letters',
  description:
    'By id, by carrier, or all of them. At most 5,000 per request; `more` says whether others remain.',
  scope: 'ops:write',
  body: bulkReplay,
  answers: { 202: { description: 'They will be processed next.', schema: replayed } },
  example: { carrier: 'carrier-id' },
});

export const opsDeadLetterOperations = [
  listDeadLettersOperation,
  getDeadLetterOperation,
  replayDeadLetterOperation,
  dismissDeadLetterOperation,
  replayDeadLettersOperation,
];
