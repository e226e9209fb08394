import type {
  BridgedParcel,
  CarrierAdapter,
  CarrierAnswer,
  CarrierCall,
  CarrierSession,
  Credentials,
} from 'waybill/adapter';
import type { ReadSubject } from '../check.ts';

/** A session that gives every call the same answer and records the calls. */
export interface RecordingSession extends CarrierSession {
  readonly calls: readonly CarrierCall[];
}

const PULL_NOW_MS = Date.UTC(2026, 10, 20, 12);

/** Creates a session that gives every call this answer and records the calls. */
export function recordingSession(
  answer: CarrierAnswer,
  credentials: Credentials,
  parcelOf: NonNullable<CarrierSession['parcelOf']> = () => null,
): RecordingSession {
  const calls: CarrierCall[] = [];
  return {
    calls,
    credentials,
    send: async (call) => {
      calls.push(call);
      return answer;
    },
    nowMs: () => PULL_NOW_MS,
    parcelOf,
    newId: () => calls.length.toString(16).padStart(32, '0'),
  };
}

export function httpAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): CarrierAnswer {
  return { kind: 'http', status, headers, text };
}

/**
 * The credentials to test with: an account with only the required ones, and one with all, because
 * some adapters behave differently.
 */
export function credentialSets({ access }: CarrierAdapter): readonly Credentials[] {
  const fields = access?.credentials ?? [];
  const valuesFor = (required: boolean) =>
    Object.fromEntries(
      fields
        .filter((field) => field.required || !required)
        .map(({ name }) => [name, `test-${name}-5ecret`]),
    );
  return [valuesFor(true), valuesFor(false)];
}

interface Expected {
  readonly title: string;
  readonly answer: CarrierAnswer;
  /** The outcomes that an adapter may return for it. */
  readonly outcomes: readonly string[];
  /** The retry time that the outcome must contain; absent: any. */
  readonly retryAfterS?: number;
}

const HTML = '<html><body>not your carrier</body></html>';

/** Answers that say nothing about a number, and the outcome that every carrier must return. */
export const FAILURES: readonly Expected[] = [
  ...['', HTML, '{}'].flatMap((text): readonly Expected[] => [
    { title: 'a 401', answer: httpAnswer(401, text), outcomes: ['auth_error', 'scope_missing'] },
    {
      title: 'a 403',
      answer: httpAnswer(403, text),
      // Without an error of the carrier's own, it may be any firewall's.
      outcomes: ['auth_error', 'scope_missing', 'rate_limited', 'error'],
    },
    {
      title: 'a 429 with Retry-After',
      answer: httpAnswer(429, text, { 'retry-after': '7' }),
      outcomes: ['rate_limited'],
      retryAfterS: 7,
    },
    {
      title: 'a 429 with a date to retry after',
      answer: httpAnswer(429, text, { 'retry-after': 'Fri, 20 Nov 2026 12:02:00 GMT' }),
      outcomes: ['rate_limited'],
      retryAfterS: 120,
    },
    { title: 'a bare 429', answer: httpAnswer(429, text), outcomes: ['rate_limited'] },
    ...[500, 502, 503, 504].map((status) => ({
      title: `a ${status}`,
      answer: httpAnswer(status, text),
      outcomes: ['error'],
    })),
  ]),
  ...[301, 302].map((status) => ({
    title: 'a redirect',
    answer: httpAnswer(status, HTML, { location: 'https://elsewhere.example/' }),
    outcomes: ['error'],
  })),
  ...(['timeout', 'network', 'too_large', 'invalid_call'] as const).map((reason) => ({
    title: `no answer (${reason})`,
    answer: { kind: 'failed', reason } as const,
    outcomes: ['error'],
  })),
  ...(['budget', 'breaker_open', 'stopping'] as const).map((reason) => ({
    title: `an unsent call (${reason})`,
    answer: { kind: 'unsent', reason, retryAfterS: 1_800 } as const,
    outcomes: ['unsent'],
    retryAfterS: 1_800,
  })),
  ...(['auth_error', 'scope_missing', 'rate_limited', 'error'] as const).map((outcome) => ({
    title: `no token (${outcome})`,
    answer: {
      kind: 'no_token',
      failure: { outcome, reason: 'a test', retryAfterS: 600 },
    } as const,
    outcomes: [outcome],
    retryAfterS: 600,
  })),
];

/** Texts that no carrier returns, with a status that means success. */
export const GARBAGE_ANSWERS: readonly CarrierAnswer[] = [
  ...['', ' ', '\u0000', '\uFEFF', 'null', 'true', '0', '"text"', '{}', '[[{}]]', HTML].map(
    (text) => httpAnswer(200, text),
  ),
  httpAnswer(200, '<?xml version="1.0"?>'),
  httpAnswer(200, '{"__proto__":{"polluted":"yes"}}'),
  httpAnswer(200, '['.repeat(100_000)),
  httpAnswer(200, `{"a":"${'x'.repeat(1_000_000)}"}`),
  httpAnswer(204, ''),
  httpAnswer(207, ''),
];

/** Texts that are no parcel numbers, or that lead to another URL when put into a path. */
export const ODD_NUMBERS = [
  '',
  ' ',
  '.',
  '..',
  '../../oauth',
  '%2e%2e',
  'A/B',
  '?x=1',
  'A?b=c&d=e',
  '#A',
  '@evil.example',
  '//evil.example',
  'A\r\nx-evil: 1',
  '\u0000',
  "A'B",
  '１２３４５６７８９０１２',
  '😀😀😀😀😀😀😀😀',
  '__proto__',
  'constructor',
  '9'.repeat(300),
];

/** The faults in calls of any kind: where they lead, and what they reveal. */
export function callProblems(
  { access }: CarrierAdapter,
  calls: readonly CarrierCall[],
  secrets: readonly string[],
): readonly string[] {
  return calls.flatMap((call) => {
    const { path, headers = {}, origin } = call;
    const shown = `${call.method} ${path.slice(0, 80)}`;
    const url = URL.canParse(`https://host.example${path}`)
      ? new URL(`https://host.example${path}`)
      : null;
    const staysAtOrigin =
      /^\/(?!\/)[\x21-\x7e]*$/.test(path) &&
      url?.origin === 'https://host.example' &&
      url.pathname === path.split('?')[0] &&
      url.hash === '';
    return [
      ...(staysAtOrigin ? [] : [`${shown}: the path leads elsewhere`]),
      ...(origin === undefined || access?.origins.others?.includes(origin)
        ? []
        : [`${shown}: "${origin}" is none of the carrier's origins`]),
      ...(secrets.some(
        (secret) => path.includes(secret) || path.includes(encodeURIComponent(secret)),
      )
        ? [`${shown}: holds a secret`]
        : []),
      ...headerProblems(headers).map((problem) => `${shown}: ${problem}`),
    ];
  });
}

/** The faults in headers that cannot be sent unchanged. */
export function headerProblems(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers)
    .filter(([name, value]) => !/^[\w-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value))
    .map(([name]) => `header "${name}" cannot be sent`);
}

/**
 * Returns what the hub knows of a number that is requested from a bridge: the carrier that the
 * fixtures name, or some carrier.
 */
export function parcelsIn({ adapter, fixtures }: ReadSubject): (number: string) => BridgedParcel {
  const codes = new Map(
    fixtures.flatMap(({ payload }): (readonly [string, string])[] => {
      const outcome = adapter.parse(payload);
      const reports = outcome.outcome === 'reports' ? outcome.reports : [];
      return reports.flatMap(({ trackingNumber, carrier }) =>
        carrier === undefined ? [] : [[trackingNumber, carrier]],
      );
    }),
  );
  const [someCode = null] = codes.values();
  return (trackingNumber) => ({
    trackingNumber,
    carrierCode: codes.get(adapter.numbers.normalize(trackingNumber)) ?? someCode,
    reference: null,
    postalCode: null,
  });
}

/** The values of the secret credentials, which must not appear where calls are logged. */
export function secretsOf({ access }: CarrierAdapter, credentials: Credentials): readonly string[] {
  return (access?.credentials ?? [])
    .filter(({ secret }) => secret)
    .map(({ name }) => credentials[name] ?? '')
    .filter((secret) => secret !== '');
}

/** The calls that were sent twice: that is a retry, and only the session may retry. */
export function retries(calls: readonly CarrierCall[]): readonly string[] {
  const seen = new Set<string>();
  return calls.flatMap(({ method, path, body }) => {
    const key = JSON.stringify([method, path, body]);
    if (seen.has(key)) return [`${method} ${path.slice(0, 80)} was sent twice`];
    seen.add(key);
    return [];
  });
}

/** The faults in an outcome for an answer that signals a failure. */
export function failureProblems(
  { title, outcomes, retryAfterS }: Expected,
  outcome: { readonly outcome: string; readonly reason?: string; readonly retryAfterS?: number },
): readonly string[] {
  const reason = outcome.reason ?? '';
  return [
    ...(outcomes.includes(outcome.outcome)
      ? []
      : [`${title}: ${outcome.outcome}, not ${outcomes.join(' or ')}`]),
    ...(retryAfterS === undefined || outcome.retryAfterS === retryAfterS
      ? []
      : [`${title}: retry after ${outcome.retryAfterS} s, not ${retryAfterS}`]),
    ...(reason === '' ? [`${title}: no reason`] : []),
  ];
}

/** Awaits work that must not reject: returns its value, or its rejection as a problem. */
export async function settled<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly thrown: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { thrown: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

/** The fixtures of answers to a pull, with their HTTP status. */
export function pullFixtures({ fixtures }: ReadSubject) {
  return fixtures
    .filter(({ payload }) => payload.kind === 'track')
    .map(({ name, payload }) => ({
      name,
      text: payload.text,
      status: payload.httpStatus ?? 200,
    }));
}
