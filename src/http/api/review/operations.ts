import { operation } from '../../kit/operation.ts';
import { dismissal } from '../dead-letters/schema.ts';
import { resolvedReview, reviewDecision, reviewEntry, reviewList, reviewQuery } from './schema.ts';

const ID = { id: 'The entry.' };

export const listReviewOperation = operation({
  id: 'listUnknownCodes',
  method: 'GET',
  path: '/ops/review',
  tag: 'Operators',
  console: true,
  summary: 'List unknown carrier codes',
  description:
    "By carrier and code, most frequent first: the number of facts, the first date, an anonymized example, and a suggested meaning from the carrier's text and the neighbouring scans.",
  scope: 'ops:read',
  query: reviewQuery,
  answers: { 200: { description: 'A page.', schema: reviewList } },
});

export const getReviewOperation = operation({
  id: 'getUnknownCode',
  method: 'GET',
  path: '/ops/review/:id',
  tag: 'Operators',
  console: true,
  summary: 'Get an unknown carrier code',
  scope: 'ops:read',
  params: ID,
  answers: { 200: { description: 'The entry.', schema: reviewEntry } },
  errors: ['not_found'],
});

export const resolveReviewOperation = operation({
  id: 'resolveUnknownCode',
  method: 'POST',
  path: '/ops/review/:id/resolve',
  tag: 'Operators',
  console: true,
  summary: 'Map an unknown carrier code',
  description:
    "Adds a rule to the hub's overlay, active at once in all processes, and starts a job that reads the affected parcels again. Refused if a rule already matches the codes, or after a rollback to a version without the overlay.",
  scope: 'ops:write',
  params: ID,
  body: reviewDecision,
  answers: { 200: { description: 'The rule, and the job.', schema: resolvedReview } },
  errors: ['not_found', 'conflict'],
  example: { status: 'delivery_attempted', reason: 'recipient_unavailable' },
});

export const dismissReviewOperation = operation({
  id: 'dismissUnknownCode',
  method: 'POST',
  path: '/ops/review/:id/dismiss',
  tag: 'Operators',
  console: true,
  summary: 'Ignore an unknown carrier code',
  description:
    'Its facts keep their present reading (in transit). It is still counted, but no longer listed as open.',
  scope: 'ops:write',
  params: ID,
  body: dismissal,
  answers: { 204: { description: 'Removed from the queue.' } },
  errors: ['not_found', 'conflict'],
  example: { note: 'internal to the carrier' },
});

export const opsReviewOperations = [
  listReviewOperation,
  getReviewOperation,
  resolveReviewOperation,
  dismissReviewOperation,
];
