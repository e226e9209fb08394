import { categoryOf, wordingOf } from './refinements.ts';
import { eventOfSummary } from './sentences.ts';

const MEMBERS = ['status', 'statusSummary'];
/** What a whole answer has beside them; where they stand empty, they say no more than if absent. */
const EMPTY_BESIDE = ['statusCategory', 'trackingEvents'];

/**
 * Words that any service may say of itself, or of a request: alone they tell of no parcel, a
 * delivery least of all. Beside the empty place of the category or the events they are those of a
 * parcel.
 */
const AMBIGUOUS = ['Delivered', 'Refused', 'Accepted', 'Acceptance', 'Alert'];

/** Whether `body` is the status and its sentence, which is all that some who pass it on leave. */
export function isBareStatus(body: Record<string, unknown>): boolean {
  const keys = Object.keys(body).filter(
    (key) => !EMPTY_BESIDE.includes(key) || !isEmpty(body[key]),
  );
  return keys.length > 0 && keys.every((key) => MEMBERS.includes(key));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
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
  const isAnyones = EMPTY_BESIDE.every((name) => body[name] === undefined);
  if (said !== null || stated === null) return said;
  return isAnyones && AMBIGUOUS.includes(stated) ? null : stated;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
