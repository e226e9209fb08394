import { categoryOf, wordingOf } from './refinements.ts';
import { eventOfSummary } from './sentences.ts';

const MEMBERS = ['status', 'statusSummary'];

/**
 * Words that any service may say of itself, or of a request: alone they tell of no parcel. A
 * delivery least of all.
 */
const AMBIGUOUS = ['Delivered', 'Refused', 'Accepted', 'Acceptance', 'Alert'];

/** Whether `body` is the status and its sentence, which is all that some who pass it on leave. */
export function isBareStatus(body: Record<string, unknown>): boolean {
  const keys = Object.keys(body);
  return keys.length > 0 && keys.every((key) => MEMBERS.includes(key));
}

/**
 * What a bare status says, in known words, those of its sentence first; a delivery only where
 * nothing in it says otherwise. `missing`: that USPS knows nothing of the number. Null when it
 * says nothing certain.
 */
export function wordsOfBareStatus(body: Record<string, unknown>): string | null {
  const [status, sentence] = [textOf(body['status']), textOf(body['statusSummary'])];
  const event = sentence === null ? null : eventOfSummary(sentence);
  if (event === 'missing') return event;
  const said = typeof event?.['Event'] === 'string' ? event['Event'] : null;
  const stated = wordingOf(status) ?? categoryOf(status);
  if (said === 'Delivered') return status === null ? said : stated;
  return said ?? (stated === null || AMBIGUOUS.includes(stated) ? null : stated);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
