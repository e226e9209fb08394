import type { z } from 'zod';
import type { ErrorItem } from '../errors.ts';

/** Problems listed at most; more only repeat the first ones. */
const ERRORS_MAX = 50;
const POINTER_CHARS_MAX = 200;

type Issue = z.core.$ZodIssue;

/** Issues include the input found, so that a wrong type is distinguished from a missing member. */
export const WITH_INPUT = { reportInput: true } as const;

/** What a schema found wrong, in words: one entry a member, and none about the whole beside them. */
export function issuesToErrors(
  issues: readonly Issue[],
  point: (path: readonly PropertyKey[]) => string,
): ErrorItem[] {
  const errors = issues.flatMap((issue) => explain(issue, point));
  // One word a member is enough, and none about the whole when a member is at fault.
  const first = new Map<string, ErrorItem>();
  for (const error of errors) if (!first.has(error.pointer)) first.set(error.pointer, error);
  const whole = point([]);
  const members = [...first.values()].filter(({ pointer }) => pointer !== whole);
  return (members.length > 0 ? members : errors).slice(0, ERRORS_MAX);
}

function explain(issue: Issue, point: (path: readonly PropertyKey[]) => string): ErrorItem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: point([...issue.path, key]),
      reason: 'Unknown member.',
      fix: 'Correct its name or remove it; /docs lists the members. Put your own data into metadata.',
    }));
  }
  return [{ pointer: point(issue.path), ...inWords(issue) }];
}

function inWords(issue: Issue): { reason: string; fix: string } {
  if (issue.input === undefined && MAY_MEAN_MISSING.has(issue.code)) {
    return { reason: 'Missing.', fix: fixOf(issue) };
  }
  switch (issue.code) {
    case 'invalid_type': {
      const reason = `Expected ${wantedBy(issue)}, found ${kindOf(issue.input)}.`;
      return { reason, fix: fixOf(issue) };
    }
    case 'invalid_union': {
      // Zod hands over the object around the member that tells the forms apart.
      if (issue.discriminator !== undefined)
        return ofNoForm(issue.input, issue.discriminator, issue.message);
      const reason = `Found ${kindOf(issue.input)}, which is not allowed here.`;
      return { reason, fix: fixOf(issue) };
    }
    case 'invalid_key': {
      const [inner] = issue.issues;
      const words = inner && inWords(inner);
      return {
        reason:
          words === undefined ? 'Its name cannot be used.' : `Its name: ${lower(words.reason)}`,
        fix: words?.fix ?? 'Rename it.',
      };
    }
    case 'too_big':
      return tooBig(issue);
    case 'too_small':
      return tooSmall(issue);
    case 'invalid_value': {
      const found = typeof issue.input === 'string' ? '' : `, being ${kindOf(issue.input)}`;
      return { reason: `Not an allowed value${found}.`, fix: fixOf(issue) };
    }
    case 'custom':
      return { reason: reasonOf(issue.params), fix: issue.message };
    default:
      return { reason: 'It cannot be used.', fix: issue.message };
  }
}

function ofNoForm(around: unknown, member: string, fix: string): { reason: string; fix: string } {
  const found = isObject(around) && Object.hasOwn(around, member);
  return { reason: found ? 'Not an allowed value.' : 'Missing.', fix };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const MAY_MEAN_MISSING: ReadonlySet<string> = new Set([
  'invalid_type',
  'invalid_union',
  'invalid_value',
]);

function fixOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return `Send ${wantedBy(issue)}.`;
  if (issue.code === 'invalid_value') return `Send one of ${issue.values.map(String).join(', ')}.`;
  return issue.message;
}

function wantedBy({ expected }: { readonly expected: string }): string {
  return NAMES[expected] ?? expected;
}

/** The finding of one of our own checks, if it comes with a fix. */
function reasonOf(params: Readonly<Record<string, unknown>> | undefined): string {
  const reason = params?.['reason'];
  return typeof reason === 'string' ? reason : 'It cannot be used.';
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** The kind of a JSON value; never the value itself, which may be a person's. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'a text';
    case 'number':
      return Number.isInteger(value) ? 'a number' : 'a number with a fraction';
    case 'boolean':
      return String(value);
    default:
      return 'an object';
  }
}

/** As it reads after a colon. */
export function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

type Sized<Code extends Issue['code']> = Extract<Issue, { readonly code: Code }>;

function tooBig({ origin, maximum, inclusive }: Sized<'too_big'>): { reason: string; fix: string } {
  const counted = countOf(origin, maximum);
  if (counted !== null) {
    return { reason: `More than ${counted}.`, fix: `Send at most ${counted}.` };
  }
  return inclusive === false
    ? { reason: `Not below ${maximum}.`, fix: `Send less than ${maximum}.` }
    : { reason: `Above ${maximum}.`, fix: `Send ${maximum} or less.` };
}

function tooSmall(issue: Sized<'too_small'>): { reason: string; fix: string } {
  const { origin, minimum, inclusive } = issue;
  const counted = countOf(origin, minimum);
  if (counted !== null) {
    const reason = Number(minimum) === 1 ? 'It is empty.' : `Fewer than ${counted}.`;
    return { reason, fix: `Send at least ${counted}.` };
  }
  return inclusive === false
    ? { reason: `Not above ${minimum}.`, fix: `Send more than ${minimum}.` }
    : { reason: `Below ${minimum}.`, fix: `Send ${minimum} or more.` };
}

/** `3 characters`, `1 item`; null for a quantity. */
function countOf(origin: string, limit: number | bigint): string | null {
  const noun = COUNTED[origin];
  return noun === undefined ? null : `${limit} ${noun}${Number(limit) === 1 ? '' : 's'}`;
}

const COUNTED: Readonly<Record<string, string>> = {
  string: 'character',
  array: 'item',
  set: 'item',
  object: 'member',
};

/** A JSON pointer. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${escapePointer(String(part))}`)
    .join('')
    .slice(0, POINTER_CHARS_MAX);
}

/** RFC 6901. */
export function escapePointer(member: string): string {
  return member.replaceAll('~', '~0').replaceAll('/', '~1');
}
