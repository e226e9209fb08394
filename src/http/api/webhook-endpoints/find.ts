import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';

/** The endpoint; throws the 404 when it does not exist. */
export function present<T>(found: T | null): T {
  if (found === null) throw noSuchEndpoint();
  return found;
}

/** The same 404 for an invalid id as for an unknown one. */
export function idOf(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw noSuchEndpoint();
}

export function noSuchEndpoint(): Problem {
  return new Problem('not_found', 'There is no such webhook endpoint under this key.');
}
