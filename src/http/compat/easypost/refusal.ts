import { type ErrorCode, type ErrorItem, type Problem, STATUS_OF } from '../../../kernel/errors.ts';
import { englishItem, errorText } from '../../../platform/messages/error-text.ts';
import type { RefusalStyle } from '../../kit/refusal-style.ts';
import { isMissing, serviceErrorOf } from '../service-problem.ts';

export const EASYPOST = '/compat/easypost';

/**
 * EasyPost's codes by our codes, as its clients and their recordings have them
 * (github.com/EasyPost/easypost-node, read 2026-11-24). Codes that are missing here go by status.
 */
const CODES: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'APIKEY.INVALID',
  invalid: 'PARAMETER.INVALID',
  unknown_carrier: 'TRACKER.CREATE.ERROR',
  ambiguous_carrier: 'TRACKER.CREATE.ERROR',
};

const CODES_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  410: 'GONE',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'UNPROCESSABLE_ENTITY',
  429: 'RATE_LIMITED',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
};

/**
 * Errors as EasyPost sends them. Its clients read `error.code` of every answer from 300 on, so that
 * a problem would crash them.
 */
export const EASYPOST_STYLE: RefusalStyle = {
  below: EASYPOST,
  render(problem, requestId) {
    const { status = STATUS_OF[problem.code], code } = serviceErrorOf(problem);
    return {
      status,
      body: {
        error: {
          code: String(code ?? codeOf(problem, status)),
          message: errorText(problem.detail),
          errors: problem.errors.map(errorJson),
        },
      },
      headers: { 'x-ep-request-uuid': requestId },
    };
  },
};

function codeOf({ code, errors }: Problem, status: number): string {
  const [first] = errors;
  if (code === 'invalid' && first !== undefined && isMissing(first)) return 'PARAMETER.REQUIRED';
  return CODES[code] ?? CODES_BY_STATUS[status] ?? 'UNKNOWN_ERROR';
}

/** `/tracker/tracking_code` → `tracker.tracking_code` */
function errorJson(item: ErrorItem) {
  const { pointer, reason, fix } = englishItem(item);
  const field = pointer.replace(/^[/?]/, '').replaceAll('/', '.');
  return { field, message: `${reason} ${fix}` };
}
