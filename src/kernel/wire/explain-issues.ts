import { z } from 'zod';
import type { ErrorItem, ErrorText } from '../errors.ts';

/** The most problems that are listed; more only repeat the first ones. */
const ERRORS_MAX = 50;
const POINTER_CHARS_MAX = 200;

type Issue = z.core.$ZodIssue;

/** Issues include the input found, so that a wrong type is distinguished from a missing member. */
export const WITH_INPUT = { reportInput: true } as const;

/**
 * Describes what a schema found wrong: one entry per member, and none about the whole besides them.
 */
export function issuesToErrors(
  issues: readonly Issue[],
  point: (path: readonly PropertyKey[]) => string,
): ErrorItem[] {
  const errors = issues.flatMap((issue) => explain(issue, point));
  // One entry per member is enough, and none about the whole if a member is at fault.
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
      reason: 'values.unknownMember',
      fix: 'values.correctOrRemoveMember',
    }));
  }
  return [{ pointer: point(issue.path), ...reasonAndFix(issue) }];
}

type Words = Pick<ErrorItem, 'reason' | 'fix'>;

function reasonAndFix(issue: Issue): Words {
  const fix = fixOf(issue);
  if (issue.input === undefined && MAY_MEAN_MISSING.has(issue.code)) {
    return { reason: 'values.missing', fix };
  }
  const found = kindOf(issue.input);
  switch (issue.code) {
    case 'invalid_type':
      return { reason: { 'values.wrongKind': { wanted: issue.expected, found } }, fix };
    case 'invalid_union': {
      const { discriminator: member } = issue;
      if (member === undefined) return { reason: { 'values.kindNotAllowed': { found } }, fix };
      // Zod passes the object around the member that distinguishes the forms.
      const isPresent = isObject(issue.input) && Object.hasOwn(issue.input, member);
      return { reason: isPresent ? 'values.notAllowed' : 'values.missing', fix };
    }
    case 'invalid_key': {
      const [inner] = issue.issues;
      if (inner === undefined) return { reason: 'values.nameUnusable', fix: 'values.rename' };
      const words = reasonAndFix(inner);
      return {
        ...words,
        reason: { 'values.nameInvalidBecause': { reason: { clause: words.reason } } },
      };
    }
    case 'too_big':
      return tooBig(issue);
    case 'too_small':
      return tooSmall(issue);
    case 'invalid_value':
      return typeof issue.input === 'string'
        ? { reason: 'values.notAllowed', fix }
        : { reason: { 'values.notAllowedWithKind': { found } }, fix };
    case 'custom':
      return { reason: reasonOf(issue.params), fix };
    default:
      return { reason: 'values.unusable', fix };
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const MAY_MEAN_MISSING: ReadonlySet<string> = new Set([
  'invalid_type',
  'invalid_union',
  'invalid_value',
]);

function fixOf(issue: Issue): ErrorText {
  if (issue.code === 'invalid_type') return { 'values.sendKind': { wanted: issue.expected } };
  if (issue.code === 'invalid_value') {
    return { 'values.sendOneOf': { values: issue.values.map(String).join(', ') } };
  }
  return textOf(issue.message);
}

/** Returns the reason of one of our own checks, if it comes with a fix. */
function reasonOf(params: Readonly<Record<string, unknown>> | undefined): ErrorText {
  const reason = params?.['reason'];
  return typeof reason === 'string' ? textOf(reason) : 'values.unusable';
}

/**
 * A text of the catalogue as the message of a schema's check, because zod carries strings only.
 *
 * @example z.string().regex(/^[a-z]+$/, issueText('values.sendLowerCase'))
 */
export function issueText(text: ErrorText): string {
  return JSON.stringify(text);
}

/** `"webhooks.notUrl"`, or `{"requests.formTooLarge":{"bytes":1024}}`. */
const ISSUE_TEXT = /^(?:"[a-z]+\.\w+"|\{"[a-z]+\.\w+":\{.*\}\})$/s;

/** The text of such a message; zod's own messages are in English. */
export function textOf(message: string): ErrorText {
  if (ISSUE_TEXT.test(message)) return JSON.parse(message) as ErrorText;
  return { 'values.verbatim': { text: message } };
}

/** Returns the kind of a JSON value; never the value itself, which may be personal. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return Number.isInteger(value) ? 'number' : 'fraction';
    case 'boolean':
      return String(value);
    default:
      return value === null ? 'null' : 'object';
  }
}

type Sized<Code extends Issue['code']> = Extract<Issue, { readonly code: Code }>;

function tooBig({ origin, maximum, inclusive }: Sized<'too_big'>): Words {
  const limit = Number(maximum);
  const unit = UNITS[origin];
  if (unit !== undefined) {
    return {
      reason: { 'values.moreThanCount': { limit, unit } },
      fix: { 'values.sendAtMostCount': { limit, unit } },
    };
  }
  return inclusive === false
    ? { reason: { 'values.notBelow': { limit } }, fix: { 'values.sendLessThan': { limit } } }
    : { reason: { 'values.above': { limit } }, fix: { 'values.sendAtMost': { limit } } };
}

function tooSmall({ origin, minimum, inclusive }: Sized<'too_small'>): Words {
  const limit = Number(minimum);
  const unit = UNITS[origin];
  if (unit !== undefined) {
    return {
      reason: limit === 1 ? 'values.empty' : { 'values.fewerThanCount': { limit, unit } },
      fix: { 'values.sendAtLeastCount': { limit, unit } },
    };
  }
  return inclusive === false
    ? { reason: { 'values.notAbove': { limit } }, fix: { 'values.sendMoreThan': { limit } } }
    : { reason: { 'values.below': { limit } }, fix: { 'values.sendAtLeast': { limit } } };
}

/** The units that are counted; anything else is a quantity. */
const UNITS: Readonly<Record<string, string>> = {
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

/** C0 and C1, including DEL: line breaks, tabs, NUL, escapes. */
export const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINE_FEED = /[^\P{Cc}\n]/u;

/**
 * A text of 1 to `charsMax` characters on one line, without blanks at its ends. It may become a
 * header, or a line of a log or a CSV file, where control characters have a meaning.
 */
export function text(charsMax: number) {
  return without(CONTROL, z.string().trim().min(1).max(charsMax));
}

/** A text as `text` accepts it, but with line feeds allowed. */
export function longText(charsMax: number) {
  return without(CONTROL_BUT_LINE_FEED, z.string().trim().min(1).max(charsMax));
}

/** Rejects texts in which the expression matches, and says so. */
export function without(control: RegExp, schema: z.ZodString) {
  return schema.refine((value) => !control.test(value), {
    error: issueText('values.remove'),
    params: { reason: issueText('values.containsControlCharacter') },
  });
}
