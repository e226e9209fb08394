import { type ErrorCode, type ErrorItem, type ErrorText, Problem } from '../../kernel/errors.ts';

/** What an error of another service has in addition, or instead of what its code implies. */
interface ServiceError {
  /** The service's own code: `TRACKER.CREATE.ERROR`, `4003`. */
  readonly code?: string | number;
  /** The HTTP status, where the service uses another one than `/v1`. */
  readonly status?: number;
  /** What the service sends beside the error. */
  readonly data?: unknown;
}

/** A refusal whose form in a drop-in API does not follow from the problem alone. */
export class ServiceProblem extends Problem {
  readonly service: ServiceError;

  constructor(
    code: ErrorCode,
    detail: ErrorText,
    service: ServiceError,
    options: ConstructorParameters<typeof Problem>[2] = {},
  ) {
    super(code, detail, options);
    this.service = service;
  }
}

/** Whether an unusable member is one that the request lacks. */
export function isMissing({ reason }: ErrorItem): boolean {
  return reason === 'values.missing' || reason === 'values.isMissing';
}

/** What the service's error has of its own; empty for every other problem. */
export function serviceErrorOf(problem: Problem): ServiceError {
  return problem instanceof ServiceProblem ? problem.service : {};
}
