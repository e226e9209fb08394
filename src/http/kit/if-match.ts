import type { IncomingMessage } from 'node:http';
import { type ErrorText, Problem } from '../../kernel/errors.ts';
import { invalidMember } from './validation.ts';

/** An entity tag; a weak one matches nothing. */
const TAG = /^(W\/)?"[^"]{0,100}"$/;

/**
 * The generation a write expects: null without `If-Match`, for any. Throws a 412 when the current
 * one differs already; a change between this check and the write is caught by the write.
 *
 * @param generation the current generation; 0: nothing is stored
 */
export function expectedGeneration(request: IncomingMessage, generation: number): number | null {
  const header = request.headers['if-match']?.trim();
  if (header === undefined) return null;
  const tags = header.split(',').map((tag) => tag.trim());
  if (header !== '*' && !tags.every((tag) => TAG.test(tag))) {
    const fix = 'requests.sendEtagFromGet';
    throw invalidMember('If-Match', 'requests.notEntityTag', fix);
  }
  if (generation > 0 && (header === '*' || tags.includes(etagOf(generation)))) return generation;
  throw changed(generation);
}

/** The error when somebody else was faster. */
export function changed(generation: number): Problem {
  const detail: ErrorText =
    generation === 0
      ? 'requests.nothingStoredToMatch'
      : { 'requests.ifMatchOutdated': { generation } };
  return new Problem('precondition_failed', detail, { extra: { generation } });
}

/** The entity tag of a generation. */
export function etagOf(generation: number): string {
  return `"${generation}"`;
}
