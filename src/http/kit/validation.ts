import type { z } from 'zod';
import { type ErrorItem, type ErrorText, Problem } from '../../kernel/errors.ts';
import { issuesToErrors, pointerTo, WITH_INPUT } from '../../kernel/wire/explain-issues.ts';
import { repeatableOf } from './schemas.ts';

const PARAMETER_CHARS_MAX = 200;

/** Parses a body with its schema; throws a 422 that names each invalid member. */
export function parseBody<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const read = schema.safeParse(value, WITH_INPUT);
  if (read.success) return read.data;
  throw invalid(issuesToErrors(read.error.issues, pointerTo), 'body');
}

/**
 * Parses query parameters with their schema; throws a 422 that names each invalid one. A repeated
 * parameter is rejected unless its schema accepts several values.
 */
export function parseQuery<S extends z.ZodType>(schema: S, query: URLSearchParams): z.output<S> {
  const errors: ErrorItem[] = [];
  const repeatable = repeatableOf(schema);
  const values: Record<string, string> = Object.create(null);
  for (const [name, value] of query) {
    if (Object.hasOwn(values, name)) {
      if (repeatable.has(name)) {
        values[name] += `,${value}`;
        continue;
      }
      errors.push({
        pointer: parameterPointer([name]),
        reason: 'requests.repeatedParameter',
        fix: 'requests.sendOnce',
      });
    }
    values[name] = value;
  }
  const read = schema.safeParse({ ...values }, WITH_INPUT);
  if (read.success && errors.length === 0) return read.data;
  const issues = read.success ? [] : read.error.issues;
  throw invalid([...errors, ...issuesToErrors(issues, parameterPointer)], 'query');
}

/** An error about one member that a schema cannot detect. */
export function invalidMember(pointer: string, reason: ErrorText, fix: ErrorText): Problem {
  return invalidMembers([{ pointer, reason, fix }]);
}

/** An error about several members; `detail` names the first. */
export function invalidMembers(errors: readonly ErrorItem[]): Problem {
  const { pointer = '', reason = 'values.unusable' } = errors[0] ?? {};
  return new Problem(
    'invalid',
    { 'values.atPointer': { pointer, reason: { text: reason } } },
    {
      errors,
    },
  );
}

function invalid(errors: readonly ErrorItem[], where: 'body' | 'query'): Problem {
  const [first] = errors;
  if (first === undefined || first.pointer.length <= 1) {
    const reason = first === undefined ? '' : { clause: first.reason };
    return new Problem('invalid', { 'values.wholeUnusable': { where, reason } }, { errors });
  }
  const reason = { clause: first.reason };
  const values = { count: errors.length, where, pointer: first.pointer, reason };
  return new Problem('invalid', { 'values.membersUnusable': values }, { errors });
}

function parameterPointer(path: readonly PropertyKey[]): string {
  return `?${path.map(String).join('.')}`.slice(0, PARAMETER_CHARS_MAX);
}
