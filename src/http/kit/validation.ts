import type { z } from 'zod';
import { type ErrorItem, Problem } from '../../kernel/errors.ts';
import { issuesToErrors, lower, pointerTo, WITH_INPUT } from '../../kernel/wire/explain-issues.ts';
import { repeatableOf } from './schemas/several.ts';

const PARAMETER_CHARS_MAX = 200;

/** Parses a body with its schema; throws a 422 that names each invalid member. */
export function parseBody<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const read = schema.safeParse(value, WITH_INPUT);
  if (read.success) return read.data;
  throw invalid(issuesToErrors(read.error.issues, pointerTo), 'The body');
}

/**
 * The same for a query, whose members are texts. A repeated member is rejected unless it accepts
 * several.
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
      const reason = 'This parameter appears more than once.';
      errors.push({ pointer: parameter([name]), reason, fix: 'Send it once.' });
    }
    values[name] = value;
  }
  const read = schema.safeParse({ ...values }, WITH_INPUT);
  if (read.success && errors.length === 0) return read.data;
  const issues = read.success ? [] : read.error.issues;
  throw invalid([...errors, ...issuesToErrors(issues, parameter)], 'The query');
}

/** An error about one member that a schema cannot detect. */
export function invalidMember(pointer: string, reason: string, fix: string): Problem {
  return new Problem('invalid', `${pointer}: ${reason}`, { errors: [{ pointer, reason, fix }] });
}

function invalid(errors: readonly ErrorItem[], where: string): Problem {
  const [first] = errors;
  const reason = first === undefined ? '' : lower(first.reason);
  if (first === undefined || first.pointer.length <= 1) {
    const detail = `${where} cannot be used as a whole: ${reason}`;
    return new Problem('invalid', detail, { errors });
  }
  const count = errors.length === 1 ? 'One member' : `${errors.length} members`;
  const detail = `${count} of ${lower(where)} cannot be used; first ${first.pointer}: ${reason}`;
  return new Problem('invalid', detail, { errors });
}

function parameter(path: readonly PropertyKey[]): string {
  return `?${path.map(String).join('.')}`.slice(0, PARAMETER_CHARS_MAX);
}
