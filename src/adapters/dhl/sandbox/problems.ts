import { jsonAnswer, type SandboxAnswer, type SandboxRequest } from '../../sandbox-kit/index.ts';

const PROBLEM = { 'content-type': 'application/problem+json' };

/** The status, title and detail of each problem, as in OpenAPI 1.3.1 and in public answers. */
const PROBLEMS = {
  noNumber: [400, 'Bad Request', 'Parameter trackingNumber is missing or malformed.'],
  malformed: [400, 'Bad Request', 'The request body is not valid.'],
  badPlace: [400, 'Bad Request', 'A parameter of the search is missing or malformed.'],
  accountRefused: [400, 'Bad Request', 'Account subscriptions are not available for this service.'],
  unauthorized: [401, 'Unauthorized', 'Unauthorized for given resource.'],
  wrongSecret: [403, 'Forbidden', 'The hook secret does not match.'],
  notFound: [404, 'No result found', 'No shipment with given tracking number found.'],
  noSubscription: [404, 'Not Found', 'No such subscription.'],
  noRoute: [404, 'Not Found', 'The resource does not exist.'],
  tooMany: [
    429,
    'Too Many Requests',
    'Too many requests within defined time period, please try again later.',
  ],
  internal: [500, 'Internal Server Error', 'A back end did not answer as expected.'],
} as const;

/**
 * A problem (RFC 7807) with a numeric `status`. A 429 names no wait, because DHL's Retry-After is
 * not reliable.
 */
export function problem(kind: keyof typeof PROBLEMS, request: SandboxRequest): SandboxAnswer {
  const [status, title, detail] = PROBLEMS[kind];
  const instance =
    kind === 'notFound'
      ? { instance: `/shipment/${request.query.get('trackingNumber') ?? ''}` }
      : {};
  return jsonAnswer(status, { title, detail, status, ...instance }, PROBLEM);
}

/** A problem of MyDHL API 3.1.1, which has `status` as text, and a `message` in addition. */
export function myDhlProblem(
  status: number,
  title: string,
  detail: string,
  { path }: SandboxRequest,
): SandboxAnswer {
  const instance = path.replace(/^\/mydhlapi/, '/expressapi');
  return jsonAnswer(
    status,
    { instance, detail, title, message: title, status: String(status) },
    PROBLEM,
  );
}

/** The gateway's page when a back end is not available. */
export function outage(): SandboxAnswer {
  return {
    status: 503,
    headers: { 'content-type': 'text/html' },
    body: '<html><body><h1>503 Service Unavailable</h1></body></html>',
  };
}
