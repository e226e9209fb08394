import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';

/** What was found; the 404 when it was not. */
export function present<T>(found: T | null): T {
  if (found === null) throw noSuchEndpoint();
  return found;
}

/** The same 404 for what is no id as for what is not there. */
export function idOf(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw noSuchEndpoint();
}

export function noSuchEndpoint(): Problem {
  return new Problem('not_found', 'There is no such webhook endpoint under this key.');
}
