import {
  type CarrierAdapter,
  type CarrierAnswer,
  type Credentials,
  mediaTypeOf,
  type ProofRequest,
  type PushHook,
} from 'waybill/adapter';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
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
  secretsOf,
  settled,
} from './session.ts';

const MANIFEST_FIX = 'manifest.ts and index.ts: claim exactly what is there.';
const SUBSCRIBE_FIX = 'subscribe.ts: see SubscribeOutcome in contract/pull.ts.';
const PROOF_FIX = 'proof.ts: see ProofOutcome in contract/pull.ts.';

/** Checks services besides tracking: subscriptions to pushes, and proofs of delivery. */
export function offerChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  return [wiringCheck(subject.adapter), ...subscribeChecks(subject), ...proofChecks(subject)];
}

function wiringCheck({ manifest, ...adapter }: CarrierAdapter): ConformanceCheck {
  const has = (capability: (typeof manifest.capabilities)[number]) =>
    manifest.capabilities.includes(capability);
  const subscription = manifest.push?.subscription;
  return {
    id: 'manifest.claims',
    fix: MANIFEST_FIX,
    title: 'claims exactly what it can do',
    skip: null,
    problems: () => [
      ...(has('pull') === (adapter.track !== undefined) &&
      has('pull') === (adapter.access !== undefined)
        ? []
        : ['capability "pull", access and track go together or not at all']),
      ...(has('proof_of_delivery') === (adapter.proofOfDelivery !== undefined)
        ? []
        : ['capability "proof_of_delivery" and proofOfDelivery go together or not at all']),
      ...(has('scans') === (adapter.scans !== undefined)
        ? []
        : ['capability "scans" and scans go together or not at all']),
      ...(has('scans') === (manifest.role === 'own')
        ? []
        : ['capability "scans" and role "own" go together or not at all']),
      ...((adapter.webhook?.keys === 'public') === (adapter.webhook?.keyId !== undefined)
        ? []
        : ['keys "public" and keyId of the webhook go together or not at all']),
      ...((subscription !== undefined) === (adapter.subscribe !== undefined)
        ? []
        : ['push.subscription and subscribe go together or not at all']),
      ...(subscription === undefined ||
      (subscription.numbersPerCall >= 1 && (subscription.lifetimeS ?? 1) > 0)
        ? []
        : ['push.subscription has no numbers a call, or no life']),
      ...(adapter.access === undefined && (adapter.subscribe ?? adapter.proofOfDelivery)
        ? ['what asks the carrier needs access']
        : []),
    ],
  };
}

const HOOK: PushHook = {
  url: 'https://hub.example/webhooks/carrier/acme/0190a1b2',
  secret: 'test-push-secret-of-forty-eight-characters-00001',
  header: null,
};

function subscribeChecks({ adapter, fixtures }: ReadSubject): readonly ConformanceCheck[] {
  const { subscribe } = adapter;
  if (subscribe === undefined) return [];
  const numbers = [
    ...new Set(
      fixtures.flatMap(({ payload }) => {
        const outcome = adapter.parse(payload);
        return outcome.outcome === 'reports' ? outcome.reports.map((r) => r.trackingNumber) : [];
      }),
    ),
  ].slice(0, adapter.manifest.push?.subscription?.numbersPerCall ?? 1);
  const ask = async (
    requestedNumbers: readonly string[],
    answer: CarrierAnswer,
    credentials: Credentials,
  ) => {
    const session = recordingSession(answer, credentials);
    const result = await settled(() => subscribe(requestedNumbers, HOOK, session));
    const secrets = [HOOK.secret, ...secretsOf(adapter, credentials)];
    const problems = [...callProblems(adapter, session.calls, secrets)];
    if ('thrown' in result) return { outcomes: [], problems: [...problems, result.thrown] };
    const answered = result.value.map(({ trackingNumber }) => trackingNumber);
    // A single outcome without a number is about the whole request.
    const isAboutAll = answered.length === 1 && answered[0] === null;
    if (!isAboutAll && [...answered].sort().join() !== [...requestedNumbers].sort().join()) {
      problems.push(`asked for ${requestedNumbers.join()}, answered for ${answered.join()}`);
    }
    return { outcomes: result.value, problems };
  };
  return [
    {
      id: 'subscribe.failures',
      fix: SUBSCRIBE_FIX,
      title: 'subscribes to each number once, or says why not',
      skip: null,
      problems: () =>
        gather(credentialSets(adapter), (credentials) =>
          gather(FAILURES, async (failure) => {
            const { outcomes, problems } = await ask(numbers, failure.answer, credentials);
            // A refusal before anything is sent, because the account lacks something, is accepted,
            // too.
            const notRefused = outcomes.filter(({ outcome }) => outcome !== 'refused');
            return [
              ...problems,
              ...notRefused.flatMap((outcome) =>
                outcome.outcome === 'subscribed'
                  ? [`${failure.title}: subscribed`]
                  : failureProblems(failure, outcome),
              ),
            ];
          }),
        ),
    },
    {
      id: 'subscribe.garbage',
      fix: SUBSCRIBE_FIX,
      title: 'survives garbage and odd numbers when subscribing',
      skip: null,
      problems: () =>
        gather(credentialSets(adapter), async (credentials) => [
          ...(await gather(GARBAGE_ANSWERS, async (answer) => {
            return (await ask(numbers, answer, credentials)).problems;
          })),
          ...(await gather(ODD_NUMBERS, async (odd) => {
            return (await ask([odd], httpAnswer(200, '{}'), credentials)).problems;
          })),
        ]),
    },
  ];
}

function proofChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter } = subject;
  const { proofOfDelivery } = adapter;
  if (proofOfDelivery === undefined) return [];
  const ask = async (request: ProofRequest, answer: CarrierAnswer, credentials: Credentials) => {
    const session = recordingSession(answer, credentials);
    const result = await settled(() => proofOfDelivery(request, session));
    const problems = [...callProblems(adapter, session.calls, secretsOf(adapter, credentials))];
    if ('thrown' in result) return { outcome: null, problems: [...problems, result.thrown] };
    if (result.value.outcome === 'documents') {
      if (result.value.documents.length === 0) problems.push('documents without a document');
      for (const { mediaType, bytes } of result.value.documents) {
        if (mediaTypeOf(bytes) !== mediaType) problems.push(`bytes that are no ${mediaType}`);
      }
    } else if (result.value.reason === '') problems.push(`${result.value.outcome}: no reason`);
    return { outcome: result.value, problems };
  };
  const offered = ['signature', 'photo', 'document'];
  const trackingNumber =
    subject.fixtures
      .flatMap(({ payload }) => {
        const outcome = adapter.parse(payload);
        return outcome.outcome === 'reports' ? outcome.reports : [];
      })
      .map((report) => report.trackingNumber)[0] ?? '1';
  const request: ProofRequest = { trackingNumber, carrierPieceId: null, offered };
  return [
    {
      id: 'proof.failures',
      fix: PROOF_FIX,
      title: 'distinguishes failures when it fetches a proof of delivery',
      skip: null,
      problems: () =>
        gather(credentialSets(adapter), (credentials) =>
          gather(FAILURES, async (failure) => {
            const { outcome, problems } = await ask(request, failure.answer, credentials);
            if (outcome === null || outcome.outcome === 'none') return problems;
            return outcome.outcome === 'documents'
              ? [...problems, `${failure.title}: documents`]
              : [...problems, ...failureProblems(failure, outcome)];
          }),
        ),
    },
    {
      id: 'proof.garbage',
      fix: PROOF_FIX,
      title: 'accepts only documents as proof of delivery',
      skip: null,
      problems: () =>
        gather(credentialSets(adapter), async (credentials) => [
          ...(await gather(
            [
              ...GARBAGE_ANSWERS,
              ...pullFixtures(subject).map(({ text, status }) => httpAnswer(status, text)),
            ],
            async (answer) => {
              const { outcome, problems } = await ask(request, answer, credentials);
              const kind = outcome?.outcome ?? 'none';
              return kind === 'documents' ? [...problems, 'documents'] : problems;
            },
          )),
          ...(await gather(ODD_NUMBERS, async (odd) => {
            const oddRequest = { ...request, trackingNumber: odd, carrierPieceId: odd };
            return (await ask(oddRequest, httpAnswer(200, '{}'), credentials)).problems;
          })),
        ]),
    },
  ];
}

const PROBLEMS_MAX = 5;

/** Collects the distinct problems of all items, at most `PROBLEMS_MAX`. */
async function gather<T>(
  items: readonly T[],
  problemsOf: (item: T) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const problems = new Set<string>();
  for (const item of items) for (const each of await problemsOf(item)) problems.add(each);
  return [...problems].slice(0, PROBLEMS_MAX);
}
