import { ERRORS, type ErrorCode, type ErrorItem } from '../errors.ts';

/** RFC 9457 body of an error, as every endpoint of ours answers it. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly ErrorItem[];
  readonly request_id: string;
  readonly [extra: string]: unknown;
}

export const PROBLEM_TYPE = 'application/problem+json';

/** Relative, so that it resolves to the deployment's own page about the error. */
function problemType(code: ErrorCode): string {
  return `/docs/errors#${code}`;
}

export function problemBody(
  code: ErrorCode,
  detail: string,
  requestId: string,
  errors: readonly ErrorItem[] = [],
  extra: Readonly<Record<string, unknown>> = {},
): ProblemBody {
  const { title, status, fix } = ERRORS[code];
  return {
    type: problemType(code),
    title,
    status,
    detail,
    fix,
    errors,
    request_id: requestId,
    ...extra,
  };
}
