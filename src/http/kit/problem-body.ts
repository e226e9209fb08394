import { type ErrorCode, type ErrorItem, type Problem, STATUS_OF } from '../../kernel/errors.ts';
import { englishItem, errorText, wordsOfCode } from '../../platform/messages/error-text.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457 body of an error in English, as every endpoint of ours answers it. */
export function problemBody(problem: Problem, requestId: string) {
  const { code, detail, errors, extra, fix } = problem;
  return {
    ...bodyOf(code, errorText(detail), requestId, errors),
    ...extra,
    ...(fix !== null && { fix: errorText(fix) }),
  };
}

/** @param detail for an example, which is no text of the catalogue. */
export function bodyOf(
  code: ErrorCode,
  detail: string,
  requestId: string,
  errors: readonly ErrorItem[] = [],
) {
  const { title, fix } = wordsOfCode(code);
  return {
    // Relative, so that it resolves to the deployment's own page about the error.
    type: `/docs/errors#${code}`,
    title,
    status: STATUS_OF[code],
    detail,
    fix,
    errors: errors.map(englishItem),
    request_id: requestId,
  };
}
