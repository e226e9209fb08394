import type {
  CarrierAnswer,
  CarrierSession,
  Credentials,
  RedirectRequest,
  RedirectTarget,
} from 'waybill/adapter';
import type { SandboxCarrier } from 'waybill/adapter/sandbox';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { gather, inSandbox } from '../gather.ts';
import type { SandboxBench } from '../sandbox/bench.ts';
import {
  callProblems,
  credentialSets,
  FAILURES,
  failureProblems,
  GARBAGE_ANSWERS,
  httpAnswer,
  ODD_NUMBERS,
  pullFixtures,
  recordingSession,
  retries,
  secretsOf,
  settled,
} from './session.ts';

const REDIRECT_FIX = 'redirect.ts: see RedirectOutcome in contract/extras.ts.';

const TARGETS: readonly RedirectTarget[] = [
  { kind: 'hold_at_facility' },
  { kind: 'pickup_point', pointId: 'U12345678' },
  {
    kind: 'address',
    address: {
      name: 'Alex Sample',
      lines: ['1 Market Street'],
      city: 'Baldwin',
      region: 'MD',
      postalCode: '21013',
      country: 'US',
    },
  },
  { kind: 'reschedule', date: '2026-11-24' },
  { kind: 'return', reason: 'order_cancelled' },
];

const CONTACT = { name: 'Alex Sample', phone: '+1 410 555 0123', email: 'alex@shop.example' };
/**
 * Outcomes without a call, because the request or the account lacks something. They are accepted,
 * too.
 */
const UNASKED = ['refused', 'not_offered', 'invalid'];

/** Checks that a parcel on its way is never redirected by mistake, and never twice. */
export function redirectChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter } = subject;
  const { redirect, redirectOptions } = adapter;
  if (redirect === undefined || redirectOptions === undefined) return [];
  const number = wellFormedNumber(subject);
  const requests = TARGETS.flatMap((to) =>
    [CONTACT, null].map((contact) => ({ trackingNumber: number, to, contact, instructions: null })),
  );
  const runAndCheck = async <T>(
    answer: CarrierAnswer,
    credentials: Credentials,
    work: (session: CarrierSession) => Promise<T>,
  ) => {
    const session = recordingSession(answer, credentials);
    const result = await settled(() => work(session));
    const { calls } = session;
    const problems = [
      ...callProblems(adapter, calls, secretsOf(adapter, credentials)),
      ...retries(calls),
      ...('thrown' in result ? [result.thrown] : []),
    ];
    return { outcome: 'thrown' in result ? null : result.value, calls, problems };
  };
  const ask = (request: RedirectRequest, answer: CarrierAnswer, credentials: Credentials) =>
    runAndCheck(answer, credentials, (session) => redirect(request, session));
  const askOptions = (of: string, answer: CarrierAnswer, credentials: Credentials) =>
    runAndCheck(answer, credentials, (session) => redirectOptions(of, session));
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: () => Promise<readonly string[]>,
  ): ConformanceCheck => ({ id, title, skip: null, fix: REDIRECT_FIX, problems });
  return [
    check('redirect.failures', 'tells failures apart from accepted redirects', () =>
      gather(credentialSets(adapter), (credentials) =>
        gather(FAILURES, async (failure) => {
          const options = await askOptions(number, failure.answer, credentials);
          return [
            ...options.problems,
            ...wrongOutcome(failure, options, ['none']),
            ...(await gather(requests, async (request) => {
              const reply = await ask(request, failure.answer, credentials);
              return [...reply.problems, ...wrongOutcome(failure, reply, UNASKED)];
            })),
          ];
        }),
      ),
    ),
    check('redirect.garbage', 'reports a parcel as redirected only if the carrier says so', () =>
      gather(credentialSets(adapter), (credentials) =>
        gather(
          [
            ...GARBAGE_ANSWERS,
            ...pullFixtures(subject).map(({ text, status }) => httpAnswer(status, text)),
          ],
          async (answer) => {
            const options = await askOptions(number, answer, credentials);
            return [
              ...options.problems,
              ...(options.outcome?.outcome === 'options' ? ['options out of garbage'] : []),
              ...(await gather(requests, async (request) => {
                const reply = await ask(request, answer, credentials);
                return reply.outcome?.outcome === 'accepted'
                  ? [...reply.problems, 'accepted out of garbage']
                  : reply.problems;
              })),
            ];
          },
        ),
      ),
    ),
    check('redirect.one-call', 'requests a redirect with one call at most', () =>
      gather(credentialSets(adapter), (credentials) =>
        gather(requests, async (request) => {
          const { calls } = await ask(request, httpAnswer(500, ''), credentials);
          return calls.length <= 1 ? [] : [`${request.to.kind}: ${calls.length} calls`];
        }),
      ),
    ),
    check('redirect.odd-numbers', 'sends no impossible tracking number to the carrier', () =>
      gather(credentialSets(adapter), (credentials) =>
        gather(ODD_NUMBERS, async (trackingNumber) => {
          const options = await askOptions(trackingNumber, httpAnswer(200, '{}'), credentials);
          const to = { kind: 'hold_at_facility' } as const;
          const wanted = { trackingNumber, to, contact: CONTACT, instructions: null };
          const reply = await ask(wanted, httpAnswer(200, '{}'), credentials);
          return [
            ...options.problems,
            ...reply.problems,
            ...(options.calls.length + reply.calls.length > 0
              ? [`${JSON.stringify(trackingNumber).slice(0, 60)} was sent`]
              : []),
          ];
        }),
      ),
    ),
    sandboxRedirect(subject),
  ];
}

function sandboxRedirect(subject: ReadSubject): ConformanceCheck {
  const { adapter, sandbox } = subject;
  return {
    id: 'sandbox.redirect',
    title: 'can have a parcel of its sandbox held, and sees that it waits to be collected',
    skip: sandbox === null ? 'there is no sandbox.ts' : null,
    fix: 'redirect.ts, the mapping and sandbox/: an accepted hold must lead to a parcel that waits to be collected.',
    problems: () =>
      sandbox === null
        ? []
        : inSandbox(adapter, sandbox, (bench) => holdProblems(subject, bench, sandbox)),
  };
}

/**
 * Returns the faults in the outcome of a failure. Without a call, the outcomes in `unasked` are
 * right, too.
 */
function wrongOutcome(
  failure: (typeof FAILURES)[number],
  { outcome, calls }: { outcome: { outcome: string } | null; calls: readonly unknown[] },
  unasked: readonly string[],
): readonly string[] {
  if (outcome === null) return [];
  if (calls.length === 0 && unasked.includes(outcome.outcome)) return [];
  return failureProblems(failure, outcome);
}

/** A well-formed number of the carrier: its demo parcel's, or one of a fixture. */
function wellFormedNumber({ adapter, sandbox, fixtures }: ReadSubject): string {
  const demo = sandbox?.demo?.number;
  if (demo !== undefined) return demo;
  const reports = fixtures.flatMap(({ payload }) => {
    const outcome = adapter.parse(payload);
    return outcome.outcome === 'reports' ? outcome.reports : [];
  });
  return reports[0]?.trackingNumber ?? '1';
}

const STEP_MS = 6 * 3_600_000;
/** Limit of steps; a held parcel waits within days. */
const STEPS_MAX = 40;

/** Has the sandbox's demo parcel held as soon as possible, and checks that it waits for pickup. */
async function holdProblems(
  { adapter, reader }: ReadSubject,
  { sandbox, session, track }: SandboxBench,
  { name, demo }: SandboxCarrier,
): Promise<readonly string[]> {
  if (demo === undefined) return ['there is no demo parcel to be held'];
  const { number, scenario } = demo;
  await track([number]);
  sandbox.register(name, { number, scenario, start: 'now', pace: 1 });
  let held = false;
  const statuses = new Set<string>();
  for (let step = 0; step < STEPS_MAX; step += 1) {
    await sandbox.advance(STEP_MS);
    if (!held) {
      const options = await adapter.redirectOptions?.(number, session);
      const isOpen =
        options?.outcome === 'options' &&
        options.options.some(
          ({ kind, eligibility }) => kind === 'hold_at_facility' && eligibility === 'eligible',
        );
      if (!isOpen) continue;
      const to = { kind: 'hold_at_facility' } as const;
      const wanted = { trackingNumber: number, to, contact: CONTACT, instructions: null };
      const outcome = await adapter.redirect?.(wanted, session);
      if (outcome?.outcome !== 'accepted') return [`a hold that was open: ${outcome?.outcome}`];
      held = true;
    }
    const [pulled] = await track([number]);
    if (pulled?.outcome !== 'answer') continue;
    const parsed = adapter.parse({ ...pulled, kind: 'track' });
    const reports = parsed.outcome === 'reports' ? parsed.reports : [];
    for (const { codes } of reports.flatMap(({ facts }) => facts)) {
      const reading = reader?.(codes);
      if (reading?.known === false) return [`${JSON.stringify(codes)} is not mapped`];
      if (reading !== undefined) statuses.add(reading.status);
    }
  }
  if (!held) return ['no hold was ever open for the demo parcel'];
  if (reader === null || statuses.has('available_for_pickup')) return [];
  return [`a held parcel was ${[...statuses].join(', ')}, never available_for_pickup`];
}
