import { expect, it } from 'vitest';
import { adapter } from './index.ts';

it.each([
  ['RATE.LIMIT.EXCEEDED', 'rate_limited'],
  ['TOO_MANY_REQUESTS', 'rate_limited'],
  ['UNAUTHORIZED', 'auth_error'],
  ['Forbidden', 'auth_error'],
  ['TRACKINGNUMBER.NOTFOUND', 'not_found'],
  ['TRACKING.REFERENCENUMBER.NOTFOUND', 'not_found'],
  ['NOT.FOUND.ERROR', 'error'],
  ['TRACKING.TRACKINGNUMBER.EMPTY', 'error'],
])('the error code %s, of FedEx or of a gateway, means %s', (code, outcome) => {
  expect(adapter.parse({ text: JSON.stringify({ errors: [{ code }] }) }).outcome).toBe(outcome);
});
