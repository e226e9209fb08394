import { operation } from '../../kit/operation.ts';
import { dismissal } from '../dead-letters/schema.ts';
import { resolvedReview, reviewDecision, reviewEntry, reviewList, reviewQuery } from './schema.ts';

const ID = { id: 'The entry.' };

export const listReviewOperation = operation({
  id: 'listReview',
  method: 'GET',
  path: '/ops/review',
  tag: 'Operators',
  console: true,
  summary: 'Codes that no mapping knows',
  description:
    'By carrier and codes, most seen first: how often, since when, an example without anything personal, and a guess from the carrier’s words and from what came before and after.',
  scope: 'ops:read',
  query: reviewQuery,
  answers: { 200: { description: 'A page.', schema: reviewList } },
});

export const getReviewOperation = operation({
  id: 'getReviewEntry',
  method: 'GET',
  path: '/ops/review/:id',
  tag: 'Operators',
  console: true,
  summary: 'One of them, looked at closely',
  scope: 'ops:read',
  params: ID,
  answers: { 200: { description: 'The entry.', schema: reviewEntry } },
  errors: ['not_found'],
});

export const resolveReviewOperation = operation({
  id: 'resolveReviewEntry',
  method: 'POST',
  path: '/ops/review/:id/resolve',
  tag: 'Operators',
  console: true,
  summary: 'Say what it means',
  description:
    'Becomes a rule of the deployment’s overlay, in force at once for all processes, and a job reads the parcels it touched again. Refused where a rule knows the codes already, or where somebody rolled back to a version without the overlay.',
  scope: 'ops:write',
  params: ID,
  body: reviewDecision,
  answers: { 200: { description: 'The rule, and the job.', schema: resolvedReview } },
  errors: ['not_found', 'conflict'],
  example: { status: 'delivery_attempted', reason: 'recipient_unavailable' },
});

export const dismissReviewOperation = operation({
  id: 'dismissReviewEntry',
  method: 'POST',
  path: '/ops/review/:id/dismiss',
  tag: 'Operators',
  console: true,
  summary: 'Let it be',
  description: 'Its facts stay read as moving; it is counted on and asked about no more.',
  scope: 'ops:write',
  params: ID,
  body: dismissal,
  answers: { 204: { description: 'Off the queue.' } },
  errors: ['not_found', 'conflict'],
  example: { note: 'internal to the carrier' },
});

export const opsReviewOperations = [
  listReviewOperation,
  getReviewOperation,
  resolveReviewOperation,
  dismissReviewOperation,
];
