import { type ErrorCode, type Problem, STATUS_OF } from '../../../kernel/errors.ts';
import { englishItem, errorText } from '../../../platform/messages/error-text.ts';
import type { RefusalStyle } from '../../kit/refusal-style.ts';
import { isMissing, serviceErrorOf } from '../service-problem.ts';

export const AFTERSHIP = '/compat/aftership';
/** The path at AfterShip; it works at the root too, because the Python SDK drops the path of `domain`. */
export const AFTERSHIP_PATH = '/tracking/2026-07';

/** AfterShip has no 422: an unusable value is a 400, and `meta.code` says what is wrong with it. */
const STATUSES: Readonly<Record<number, number>> = { 409: 400, 422: 400 };

/**
 * `meta.code` by our codes, as the SDK 17 knows them (npm @aftership/tracking-sdk,
 * error/meta_code.ts, read 2026-11-24). Codes that are missing here are the HTTP status.
 */
const META_CODES: Partial<Record<ErrorCode, number>> = {
  unreadable_json: 4001,
  unknown_carrier: 4012,
  ambiguous_carrier: 4012,
};

/** `meta.code` for an unusable member, by its place. */
const MEMBER_CODES: Readonly<Record<string, { readonly missing: number; readonly bad: number }>> = {
  '/tracking_number': { missing: 4007, bad: 4005 },
  '/slug': { missing: 4009, bad: 4010 },
  '/courier_slug': { missing: 4009, bad: 4010 },
};
const OTHER_MEMBER = { missing: 4009, bad: 4008 };

const TYPES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  429: 'TooManyRequests',
};

/** Errors as AfterShip sends them: `meta` with code, type and message, and `data`. */
export const AFTERSHIP_STYLES: readonly RefusalStyle[] = [AFTERSHIP, AFTERSHIP_PATH].map(
  (below) => ({
    below,
    render(problem) {
      const own = serviceErrorOf(problem);
      const ours = STATUS_OF[problem.code];
      const status = own.status ?? STATUSES[ours] ?? ours;
      const type = TYPES[status] ?? (status >= 500 ? 'InternalError' : 'BadRequest');
      const code = own.code ?? metaCodeOf(problem, status);
      return {
        status,
        body: { meta: { code, type, message: messageOf(problem) }, data: own.data ?? {} },
      };
    },
  }),
);

function metaCodeOf({ code, errors }: Problem, status: number): number {
  const [first] = errors;
  if (code !== 'invalid' || first === undefined) return META_CODES[code] ?? status;
  const { missing, bad } = MEMBER_CODES[first.pointer] ?? OTHER_MEMBER;
  return isMissing(first) ? missing : bad;
}

/** The members with what is wrong, since AfterShip's errors have no list of them. */
function messageOf({ code, detail, errors }: Problem): string {
  // The shared text says to send `carrier`, which AfterShip calls `slug`.
  if (META_CODES[code] === 4012) return errorText('aftership.noCourier');
  const items = errors.map((error) => {
    const { pointer, reason, fix } = englishItem(error);
    return `${pointer.replace(/^[/?]/, '').replaceAll('/', '.')}: ${reason} ${fix}`;
  });
  return [errorText(detail), ...items].join(' ');
}
