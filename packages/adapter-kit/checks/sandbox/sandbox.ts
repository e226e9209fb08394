import type { CarrierAdapter, TrackOutcome } from 'waybill/adapter';
import type { SandboxCarrier } from 'waybill/adapter/sandbox';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { identitiesOf } from '../outcome.ts';
import { testKeysOf } from '../pushing/test-keys.ts';
import {
  type ReceivedPush,
  type SandboxBench,
  type SandboxBenchOptions,
  withSandbox,
} from './bench.ts';
import { bridgeSandboxChecks } from './bridges.ts';
import { changingAnswers, scanChecks, uncountedCalls } from './scans.ts';

const FIX =
  'sandbox.ts if it does not answer as the carrier documents; otherwise track.ts, access.ts or webhook.ts.';
const SCENARIOS_MIN = 3;
const NUMBERS_EACH = 2;
const PROBLEMS_MAX = 5;
/** Limit of a scenario's length. */
const SCENARIO_DAYS_MAX = 30;
const DAY_MS = 86_400_000;
const SECRET = 'test-push-secret-of-forty-eight-characters-00001';

/** Checks the adapter with the carrier's own sandbox, over HTTP on loopback. */
export function sandboxChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, sandbox } = subject;
  const present: ConformanceCheck = {
    id: 'sandbox.present',
    title: 'has a sandbox with at least three scenarios',
    skip: null,
    fix: 'sandbox.ts: export one SandboxCarrier as `sandbox`.',
    problems: () => presentProblems(adapter, sandbox),
  };
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: (bench: SandboxBench, carrier: SandboxCarrier) => Promise<readonly string[]>,
    { fix = FIX, ...options }: SandboxBenchOptions & { readonly fix?: string } = {},
  ): ConformanceCheck => ({
    id,
    title,
    skip: sandbox === null ? 'there is no sandbox.ts' : null,
    fix,
    problems: async () => {
      if (sandbox === null) return [];
      const work = (bench: SandboxBench) => problems(bench, sandbox);
      return (await withSandbox(adapter, sandbox, work, options)).slice(0, PROBLEMS_MAX);
    },
  });
  const trackChecks: readonly ConformanceCheck[] =
    adapter.track === undefined
      ? []
      : [
          check('sandbox.scenarios', 'reads every scenario of its sandbox', (bench, carrier) =>
            scenarioProblems(subject, bench, carrier),
          ),
          check(
            'sandbox.same-answer',
            'gets the same answer twice if nothing has happened',
            (bench, carrier) => changingAnswers(adapter.manifest, bench, pushedNumber(carrier)),
            {
              fix: 'manifest.ts: add the members that differ to volatileFields, because each answer that differs is stored as an update.',
            },
          ),
          ...((sandbox?.rates ?? []).length === 0
            ? []
            : [
                check(
                  'sandbox.limits',
                  'has its calls counted against each limit in its sandbox',
                  (bench, carrier) => uncountedCalls(bench, pushedNumber(carrier)),
                  {
                    fix: 'sandbox.ts: call world.spend for each call, with the endpoint as in rates.',
                    rates: (sandbox?.rates ?? []).map((rate) => ({ ...rate, calls: 1 })),
                  },
                ),
              ]),
          check('sandbox.unknown-number', 'recognises that a number is unknown', async (bench) =>
            expect(await bench.track([unknownNumberOf(subject)]), [
              'not_found',
              'not_yet',
              // A bridge may refuse a number that was not registered.
              ...(adapter.bridge === undefined ? [] : (['refused'] as const)),
            ]),
          ),
          ...(adapter.access?.token === undefined
            ? []
            : [
                check(
                  'sandbox.token',
                  'replaces an expired token with a single call',
                  tokenProblems,
                ),
              ]),
          ...troubleChecks(subject, check),
        ];
  const pushed =
    adapter.webhook === undefined
      ? []
      : [
          check(
            'sandbox.push',
            'accepts the webhooks of its sandbox, and reads the same facts from them as from polls',
            (bench, carrier) => pushProblems(adapter, bench, carrier),
          ),
        ];
  return [
    present,
    ...trackChecks,
    ...pushed,
    ...bridgeSandboxChecks(subject),
    ...scanChecks(subject),
  ];
}

type Check = (
  id: ConformanceCheck['id'],
  title: string,
  problems: (bench: SandboxBench, carrier: SandboxCarrier) => Promise<readonly string[]>,
  options?: SandboxBenchOptions,
) => ConformanceCheck;

/** Checks how the adapter handles the sandbox's faults. */
function troubleChecks({ adapter }: ReadSubject, check: Check): readonly ConformanceCheck[] {
  return [
    check(
      'sandbox.credentials',
      'recognises that credentials are wrong',
      async (bench, carrier) => {
        for (const id of Object.values(carrier.credentials)) {
          bench.sandbox.setCredentials(carrier.name, id, null, 'wrong');
        }
        return expect(await bench.track([pushedNumber(carrier)]), ['auth_error']);
      },
    ),
    check(
      'sandbox.throttled',
      'stops calling when the carrier tells it to wait',
      async (bench, carrier) => {
        const numbers = documentedNumbers(carrier).slice(0, adapter.manifest.limits.batchMax + 1);
        await bench.track(numbers.slice(0, 1));
        await bench.register(numbers);
        const before = bench.sandbox.callFigures(carrier.name).calls;
        bench.sandbox.faults.add({ kind: 'rate_limited' });
        const outcomes = await bench.track(numbers.slice(0, adapter.manifest.limits.batchMax));
        const calls = bench.sandbox.callFigures(carrier.name).calls - before;
        return [
          ...expect(outcomes, ['rate_limited']),
          ...(calls === 1 ? [] : [`${calls} calls were sent, not 1`]),
        ];
      },
    ),
    check('sandbox.outage', 'reports an outage as an error', async (bench, carrier) => {
      const problems: string[] = [];
      for (const fault of [
        { kind: 'outage', how: 'unavailable' },
        { kind: 'outage', how: 'refused' },
        { kind: 'server_errors' },
      ] as const) {
        bench.sandbox.faults.liftAll();
        bench.sandbox.faults.add(fault);
        problems.push(...expect(await bench.track([pushedNumber(carrier)]), ['error']));
      }
      return problems;
    }),
    check(
      'sandbox.time-out',
      'gives up when the carrier does not answer',
      async (bench, carrier) => {
        bench.sandbox.faults.add({ kind: 'outage', how: 'hangs' });
        return expect(await bench.track([pushedNumber(carrier)]), ['error']);
      },
      { timeoutMs: 1_000 },
    ),
  ];
}

function presentProblems(
  { manifest, numbers, webhook, bridge }: CarrierAdapter,
  sandbox: SandboxCarrier | null,
): readonly string[] {
  if (sandbox === null) return ['there is no sandbox.ts'];
  const { name, scenarios, demo } = sandbox;
  const listed = scenarios.flatMap((scenario) => scenario.numbers);
  return [
    ...(name === manifest.name ? [] : [`sandbox.name is "${name}"; make it "${manifest.name}"`]),
    ...(scenarios.length >= SCENARIOS_MIN
      ? []
      : [`${scenarios.length} scenarios; there must be at least ${SCENARIOS_MIN}`]),
    ...(demo === undefined && webhook !== undefined
      ? ['there is no demo parcel to be pushed']
      : []),
    ...((bridge === undefined) === (sandbox.bridge === undefined)
      ? []
      : ['`bridge` of the sandbox and of the adapter go together']),
    ...[...listed, ...(demo === undefined ? [] : [demo.number])]
      .filter(() => manifest.role !== 'bridge')
      .filter((number) => numbers.recognise(numbers.normalize(number)).length === 0)
      .map((number) => `${number} is not a number of the carrier`),
    ...(new Set(listed).size === listed.length ? [] : ['a number has two scenarios']),
  ];
}

function documentedNumbers({ scenarios }: SandboxCarrier): readonly string[] {
  return scenarios
    .filter(({ lives }) => lives.some(({ events }) => events.length > 0))
    .flatMap(({ numbers }) => numbers.slice(0, 1));
}

function pushedNumber(carrier: SandboxCarrier): string {
  return documentedNumbers(carrier)[0] ?? '';
}

/** A number of the carrier's form that its sandbox does not know. */
function unknownNumberOf({ adapter, sandbox }: ReadSubject): string {
  const { numbers, manifest } = adapter;
  const isBridge = manifest.role === 'bridge';
  const listed = (sandbox?.scenarios ?? []).flatMap((scenario) => scenario.numbers);
  const used = new Set([...listed, sandbox?.demo?.number]);
  for (const number of listed) {
    for (let at = number.length - 1; at >= 0; at -= 1) {
      for (const digit of '0123456789') {
        const other = number.slice(0, at) + digit + number.slice(at + 1);
        const [candidate] = numbers.recognise(other);
        const isOurs = isBridge || (candidate !== undefined && candidate.checkDigit !== 'invalid');
        if (!used.has(other) && isOurs && numbers.normalize(other) === other) return other;
        // If there is a check digit, changing one digit makes the number invalid, so two must
        // change.
        for (const last of '0123456789') {
          const both = other.slice(0, -1) + last;
          const [found] = numbers.recognise(both);
          if (!used.has(both) && found?.checkDigit === 'valid') return both;
        }
      }
    }
  }
  return listed[0] ?? '';
}

async function scenarioProblems(
  { adapter, reader }: ReadSubject,
  bench: SandboxBench,
  carrier: SandboxCarrier,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const statuses = new Set<string>();
  let answers = 0;
  for (const { name, numbers } of carrier.scenarios) {
    for (const number of numbers.slice(0, NUMBERS_EACH)) {
      const [outcome] = await bench.track([number]);
      if (outcome?.outcome !== 'answer') {
        // Some scenarios have numbers for which no answer is given.
        if (!['not_found', 'not_yet', 'refused'].includes(outcome?.outcome ?? '')) {
          problems.push(`${name}, ${number}: ${outcome?.outcome} (${reasonOf(outcome)})`);
        }
        continue;
      }
      answers += 1;
      const { text, httpStatus } = outcome;
      const parsed = adapter.parse({ text, httpStatus, kind: 'track', requestedNumber: number });
      const reports = parsed.outcome === 'reports' ? parsed.reports : [];
      for (const { codes } of reports.flatMap(({ facts }) => facts)) {
        const reading = reader?.(codes);
        if (reading?.known === false)
          problems.push(`${name}: ${JSON.stringify(codes)} is not mapped`);
        if (reading !== undefined) statuses.add(reading.status);
      }
    }
  }
  return [
    ...problems,
    ...(answers >= SCENARIOS_MIN
      ? []
      : [`${answers} scenarios were answered, not ${SCENARIOS_MIN}`]),
    ...(reader === null || statuses.has('delivered') ? [] : ['no scenario ends with a delivery']),
  ];
}

async function tokenProblems(bench: SandboxBench, carrier: SandboxCarrier) {
  const number = pushedNumber(carrier);
  const first = expect(await bench.track([number]), ['answer']);
  bench.sandbox.expireTokens(carrier.name);
  const second = expect(await bench.track([number]), ['answer']);
  const issued = bench.sandbox.tokensIssued(carrier.name);
  return [...first, ...second, ...(issued === 2 ? [] : [`${issued} tokens were issued, not 2`])];
}

/**
 * Lets the demo parcel be pushed from label to delivery, and checks that each push is accepted with
 * the secret and refused with another, and that a final pull contains each of its facts, too.
 */
async function pushProblems(
  adapter: CarrierAdapter,
  bench: SandboxBench,
  carrier: SandboxCarrier,
): Promise<readonly string[]> {
  const { sandbox, hook, session } = bench;
  const { manifest, webhook } = adapter;
  const { demo } = carrier;
  if (demo === undefined || webhook === undefined) return ['there is no demo parcel to be pushed'];
  const { number, scenario } = demo;
  // Pulled before the parcel moves: calls identify accounts, and a hook belongs to an account.
  await bench.track([number]);
  const header = manifest.push?.headerConfigurable ? manifest.push.header : null;
  const secret = webhook.keys === 'public' ? testKeysOf(webhook).signing : SECRET;
  const wanted = { url: hook.url, secret, header };
  if (manifest.push?.subscription?.scope !== 'account') {
    const account = sandbox.calls.list({ carrier: carrier.name }).at(-1)?.account ?? '';
    // For some carriers, numbers can be added by a call only to a hook that a person has entered in
    // the portal.
    const numbers = adapter.subscribe === undefined ? [number] : [];
    sandbox.subscribe(carrier.name, { account, numbers, ...wanted });
  }
  if (adapter.subscribe !== undefined) {
    const outcomes = await adapter.subscribe([number], wanted, session);
    const bad = outcomes.filter(({ outcome }) => outcome !== 'subscribed');
    if (bad.length > 0 || outcomes.length === 0) {
      return [`subscribing ended with ${bad.map(reasonOf).join() || 'nothing'}`];
    }
  }
  sandbox.register(carrier.name, { number, scenario, start: 'now', pace: 1 });
  const pushes: ReceivedPush[] = [];
  let looked = 0;
  for (let day = 0; day < SCENARIO_DAYS_MAX * 4; day += 1) {
    await sandbox.advance(DAY_MS / 4);
    for (const push of hook.pushes.slice(looked)) {
      const handshake = webhook.handshake?.(push.request) ?? null;
      if (handshake === null) pushes.push(push);
      else await session.send(handshake.call);
    }
    looked = hook.pushes.length;
  }
  const [pulled] = await bench.track([number]);
  const known =
    pulled?.outcome === 'answer' ? identitiesOf(adapter.parse({ ...pulled, kind: 'track' })) : null;
  return [
    ...(pushes.length > 0 ? [] : ['nothing was pushed']),
    ...pushes.flatMap((push) => pushedProblems(adapter, push)),
    ...pushes.flatMap(({ request }) => {
      const text = new TextDecoder().decode(request.rawBody);
      const reported = identitiesOf(adapter.parse({ text, kind: 'webhook' }));
      return reported
        .filter((id) => known !== null && !known.includes(id))
        .map((id) => `${id} was pushed and is not pulled`);
    }),
    ...(pushes.some(({ request }) => {
      const outcome = adapter.parse({
        text: new TextDecoder().decode(request.rawBody),
        kind: 'webhook',
      });
      return outcome.outcome === 'reports';
    })
      ? []
      : ['no webhook contained a report']),
  ];
}

function pushedProblems(
  { webhook }: CarrierAdapter,
  { request, atMs }: ReceivedPush,
): readonly string[] {
  const live = webhook?.keys === 'public' ? testKeysOf(webhook).verifying : SECRET;
  const verdict = webhook?.verify(request, [live], atMs);
  const other = webhook?.verify(request, ['another-secret-that-is-not-the-one-000000001'], atMs);
  return [
    ...(verdict?.ok === true
      ? []
      : [`a push was refused (${verdict?.ok === false ? verdict.reason : 'no verdict'})`]),
    ...(other?.ok === false ? [] : ['a push was believed under another secret']),
  ];
}

function reasonOf(outcome: unknown): string {
  const reason: unknown =
    typeof outcome === 'object' && outcome !== null ? Reflect.get(outcome, 'reason') : undefined;
  return typeof reason === 'string' ? reason : 'no reason';
}

function expect(
  outcomes: readonly TrackOutcome[],
  kinds: readonly TrackOutcome['outcome'][],
): readonly string[] {
  if (outcomes.length === 0) return ['nothing was asked'];
  return outcomes
    .filter(({ outcome }) => !kinds.includes(outcome))
    .map(
      (outcome) =>
        `${outcome.trackingNumber}: ${outcome.outcome} (${reasonOf(outcome)}), not ${kinds.join(' or ')}`,
    );
}
