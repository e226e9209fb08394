import type { CarrierAccess, CarrierAdapter, TrackOutcome } from 'waybill/adapter';
import {
  createPace,
  createSession,
  createTokenCache,
  type HttpClient,
  type HttpOutcome,
  type HttpRequest,
} from 'waybill/adapter/kit';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { credentialSets, parcelsIn, pullFixtures } from './session.ts';
import { tokenAnswer } from './token-answer.ts';

const FIX =
  'track.ts and access.ts: the session renews tokens and never retries; return the outcome it gives.';
const NOW_MS = Date.UTC(2026, 10, 20, 12);
const ORIGIN = 'https://carrier.example';

/** Checks the adapter in a session like the hub's, with a carrier that misbehaves. */
export function callChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter } = subject;
  const { access, track } = adapter;
  const given = answerableFixture(subject);
  if (access === undefined || track === undefined) return [];
  const ask = async (answer: (index: number) => Answered) => {
    const carrier = fakeCarrier(subject, access, answer);
    const outcomes = await track(given.numbers, {
      ...sessionFor(adapter, access, carrier.http),
      parcelOf: parcelsIn(subject),
    });
    return { ...carrier, outcomes };
  };
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: ConformanceCheck['problems'],
  ): ConformanceCheck => ({ id, title, skip: null, fix: FIX, problems });
  const known = { status: given.status, text: given.text };
  return [
    ...(access.token === undefined
      ? []
      : [
          check('session.token-once', 'replaces an expired token with a single call', async () => {
            const { tokens, calls, outcomes } = await ask((index) =>
              index === 1 ? { status: 401, text: '' } : known,
            );
            return [
              ...countProblems('tokens were fetched', tokens.length, 2),
              ...countProblems('different tokens were sent', tokensIn(calls), 2),
              ...expectAll(outcomes, ['answer']),
            ];
          }),
        ]),
    check('session.refused-token', 'reports wrong credentials after a second 401', async () => {
      const { tokens, calls, outcomes } = await ask(() => ({ status: 401, text: '' }));
      const most = access.token === undefined ? 1 : 2;
      return [
        ...(tokens.length <= 2 ? [] : [`${tokens.length} tokens were fetched`]),
        ...(calls.length <= most ? [] : [`${calls.length} calls were sent, ${most} are enough`]),
        ...expectAll(outcomes, ['auth_error', 'scope_missing']),
      ];
    }),
    check('session.throttled', 'stops at a 429, and says how long to wait', async () => {
      const { calls, outcomes } = await ask(() => ({
        status: 429,
        text: '',
        headers: { 'retry-after': '7' },
      }));
      return [
        ...countProblems('calls were sent', calls.length, 1),
        ...expectAll(outcomes, ['rate_limited']),
        ...outcomes.flatMap((outcome) =>
          'retryAfterS' in outcome && outcome.retryAfterS === 7
            ? []
            : [`${outcome.trackingNumber}: does not say to wait 7 s`],
        ),
      ];
    }),
    check('session.time-out', 'treats silence as an error, and does not call again', async () => {
      const { calls, outcomes } = await ask(() => 'silence');
      const urls = new Set(calls.map(({ method, url, body }) => `${method} ${url} ${body ?? ''}`));
      return [
        ...countProblems('calls of one kind were sent', calls.length - urls.size + 1, 1),
        ...expectAll(outcomes, ['error']),
      ];
    }),
  ];
}

type Answered =
  | { readonly status: number; readonly text: string; readonly headers?: Record<string, string> }
  | 'silence';

/** A carrier, reached by a client that opens no socket. */
function fakeCarrier(
  { sandbox, grants }: ReadSubject,
  access: CarrierAccess,
  answer: (index: number) => Answered,
) {
  const tokens: HttpRequest[] = [];
  const calls: HttpRequest[] = [];
  const http: HttpClient = {
    close() {},
    async send(request): Promise<HttpOutcome> {
      const tokenPath = access.token?.request({}).path;
      if (tokenPath !== undefined && new URL(request.url).pathname === tokenPath.split('?')[0]) {
        tokens.push(request);
        const token = `token-${tokens.length}`;
        return toHttpOutcome(tokenAnswer(sandbox ?? grants ?? null, request, token, NOW_MS));
      }
      calls.push(request);
      return toHttpOutcome(answer(calls.length));
    },
  };
  return { http, tokens, calls };
}

function toHttpOutcome(answer: Answered): HttpOutcome {
  if (answer === 'silence') return { kind: 'failed', reason: 'timeout' };
  const { status, text, headers = {} } = answer;
  return { kind: 'answer', status, headers, text, bytes: new TextEncoder().encode(text) };
}

function sessionFor(adapter: CarrierAdapter, access: CarrierAccess, http: HttpClient) {
  let nowMs = NOW_MS;
  const clock = { nowMs: () => nowMs };
  const wait = async (ms: number): Promise<void> => {
    nowMs += ms;
  };
  const [credentials = {}] = credentialSets(adapter);
  return createSession({
    accountId: 'conformance',
    adapter: { manifest: adapter.manifest, access },
    credentials,
    origin: ORIGIN,
    http,
    tokens: createTokenCache(clock, wait),
    clock,
    randomBytes: (length) => new Uint8Array(length).fill(7),
    debit: async () => ({ ok: true }),
    breaker: { allows: () => ({ ok: true }), report() {} },
    pace: createPace([], clock, wait),
  });
}

/** A fixture that answers the adapter's requests, and the numbers in it. */
function answerableFixture(subject: ReadSubject) {
  const { adapter } = subject;
  const all = pullFixtures(subject).map(({ text, status }) => {
    const outcome = adapter.parse({ text, httpStatus: status, kind: 'track' });
    const numbers =
      outcome.outcome === 'reports' && outcome.misses.length === 0
        ? [...new Set(outcome.reports.map(({ trackingNumber }) => trackingNumber))]
        : [];
    return { text, status, numbers: numbers.slice(0, adapter.manifest.limits.batchMax) };
  });
  return all.find(({ numbers }) => numbers.length > 0) ?? { text: '', status: 200, numbers: [] };
}

function tokensIn(calls: readonly HttpRequest[]): number {
  const sent = calls.map(({ headers, url, body }) => JSON.stringify([headers, url, body]));
  return new Set(sent.flatMap((text) => /token-\d/.exec(text)?.[0] ?? [])).size;
}

function countProblems(what: string, found: number, expected: number): readonly string[] {
  return found === expected ? [] : [`${found} ${what}, not ${expected}`];
}

function expectAll(
  outcomes: readonly TrackOutcome[],
  kinds: readonly TrackOutcome['outcome'][],
): readonly string[] {
  if (outcomes.length === 0) return ['no fixture is an answer that could be asked for'];
  return outcomes
    .filter(({ outcome }) => !kinds.includes(outcome))
    .map(
      ({ trackingNumber, outcome }) => `${trackingNumber}: ${outcome}, not ${kinds.join(' or ')}`,
    );
}
