import type { BridgeDesk, BridgedParcel, QuotaOutcome } from 'waybill/adapter';
import type { SandboxCarrier } from 'waybill/adapter/sandbox';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { bridgedParcels, type SandboxBench, withSandbox } from './bench.ts';

const PROBLEMS_MAX = 5;
const FIX = 'bridge.ts, or sandbox.ts if it does not answer as the service documents.';

/** Checks a bridge's registrations with its own sandbox. */
export function bridgeSandboxChecks({
  adapter,
  sandbox,
}: ReadSubject): readonly ConformanceCheck[] {
  const { bridge } = adapter;
  if (bridge === undefined) return [];
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: (bench: SandboxBench, carrier: SandboxCarrier) => Promise<readonly string[]>,
    quota?: number,
  ): ConformanceCheck => ({
    id,
    title,
    skip: sandbox === null ? 'there is no sandbox.ts' : null,
    fix: FIX,
    async problems() {
      if (sandbox === null) return [];
      const work = (bench: SandboxBench) => problems(bench, sandbox);
      const options = quota === undefined ? {} : { quota };
      return (await withSandbox(adapter, sandbox, work, options)).slice(0, PROBLEMS_MAX);
    },
  });
  const hasQuota = sandbox?.bridge !== undefined && sandbox.bridge.quota !== null;
  return [
    check(
      'sandbox.bridge',
      'registers each parcel once, stops it, and distinguishes failures',
      async (bench, carrier) => [
        ...(await unregisteredProblems(bench, carrier, adapter.track)),
        ...(await registrationProblems(bench, carrier, bridge)),
        ...(await failureProblems(bench, carrier, bridge)),
      ],
    ),
    ...(hasQuota
      ? [
          check(
            'sandbox.quota',
            'says when the quota is used up',
            (bench, carrier) => usedUpProblems(bench, carrier, bridge),
            1,
          ),
        ]
      : []),
  ];
}

/** As many parcels of the sandbox as fit in a call. */
function parcelsOf(carrier: SandboxCarrier, { parcelsPerCall }: BridgeDesk) {
  const numbers = carrier.scenarios.flatMap((scenario) => scenario.numbers);
  return bridgedParcels(numbers.slice(0, parcelsPerCall), carrier);
}

async function unregisteredProblems(
  { session }: SandboxBench,
  { scenarios }: SandboxCarrier,
  track: ReadSubject['adapter']['track'],
): Promise<readonly string[]> {
  const [number = ''] = scenarios.flatMap(({ numbers }) => numbers);
  const outcomes = (await track?.([number], session)) ?? [];
  return outcomes
    .filter(({ outcome }) => !['not_found', 'not_yet', 'refused', 'answer'].includes(outcome))
    .map(({ outcome }) => `tracking an unregistered parcel ends as ${outcome}`);
}

async function registrationProblems(
  { session }: SandboxBench,
  carrier: SandboxCarrier,
  bridge: BridgeDesk,
): Promise<readonly string[]> {
  const parcels = parcelsOf(carrier, bridge);
  const before = await bridge.quota?.(session);
  const first = await bridge.register(parcels, session);
  const second = await bridge.register(parcels, session);
  const after = await bridge.quota?.(session);
  const registered: readonly BridgedParcel[] = parcels.map((parcel) => ({
    ...parcel,
    reference: referenceOf(first, parcel),
  }));
  const changed = registered.filter(
    (parcel) =>
      referenceOf(second, parcel) !== null && referenceOf(second, parcel) !== parcel.reference,
  );
  const problems = [
    ...expectEach('register', parcels, first, 'registered'),
    ...expectEach('register again', parcels, second, 'registered'),
    ...changed.map(({ trackingNumber }) => `${trackingNumber} was registered a second time`),
    ...spentProblems(before, after, carrier.bridge?.quota == null ? null : parcels.length),
  ];
  if (bridge.stop === undefined) return problems;
  return [
    ...problems,
    ...expectEach('stop', parcels, await bridge.stop(registered, session), 'stopped'),
    ...expectEach('stop again', parcels, await bridge.stop(registered, session), 'stopped'),
  ];
}

/** Checks that registering used `expected` of the quota; null: the sandbox has none. */
function spentProblems(
  before: QuotaOutcome | undefined,
  after: QuotaOutcome | undefined,
  expected: number | null,
): readonly string[] {
  if (before === undefined || after === undefined) return [];
  if (before.outcome !== 'quota' || after.outcome !== 'quota') {
    return [`quota ends as ${before.outcome} and ${after.outcome}`];
  }
  const spent = [after.used - before.used, before.remaining - after.remaining];
  return expected === null || spent.every((each) => each === expected)
    ? []
    : [`registering ${expected} parcels twice used ${spent.join(' and ')} of the quota`];
}

async function failureProblems(
  { sandbox, session }: SandboxBench,
  carrier: SandboxCarrier,
  bridge: BridgeDesk,
): Promise<readonly string[]> {
  const wanted = parcelsOf(carrier, bridge);
  const registered = await bridge.register(wanted, session);
  const parcels = wanted.map((parcel) => ({
    ...parcel,
    reference: referenceOf(registered, parcel),
  }));
  const problems: string[] = [];
  const expectAll = async (outcome: string): Promise<void> => {
    problems.push(
      ...expectEach('register', parcels, await bridge.register(parcels, session), outcome),
      ...expectEach('stop', parcels, await bridge.stop?.(parcels, session), outcome),
    );
    const quota = await bridge.quota?.(session);
    if (quota !== undefined && quota.outcome !== outcome) {
      problems.push(`quota: ${quota.outcome}, not ${outcome}`);
    }
  };
  const faults = [
    ['rate_limited', { kind: 'rate_limited' }],
    ['error', { kind: 'server_errors' }],
    ['error', { kind: 'outage', how: 'unavailable' }],
  ] as const;
  for (const [outcome, fault] of faults) {
    sandbox.faults.liftAll();
    sandbox.faults.add(fault);
    await expectAll(outcome);
  }
  sandbox.faults.liftAll();
  for (const id of Object.values(carrier.credentials)) {
    sandbox.setCredentials(carrier.name, id, null, 'wrong');
  }
  await expectAll('auth_error');
  return problems;
}

/** Registers two parcels, one after the other, with a quota of one. */
async function usedUpProblems(
  { session }: SandboxBench,
  carrier: SandboxCarrier,
  bridge: BridgeDesk,
): Promise<readonly string[]> {
  const numbers = carrier.scenarios.flatMap((scenario) => scenario.numbers);
  const [first = [], second = []] = [numbers.slice(0, 1), numbers.slice(1, 2)].map((each) =>
    bridgedParcels(each, carrier),
  );
  const quotaBefore = await bridge.register(first, session);
  const problems = [
    ...expectEach('within the quota', first, quotaBefore, 'registered'),
    ...expectEach(
      'beyond the quota',
      second,
      await bridge.register(second, session),
      'quota_used_up',
    ),
  ];
  const quota = await bridge.quota?.(session);
  if (quota?.outcome === 'quota' && quota.remaining !== 0) {
    problems.push(`${quota.remaining} registrations remain, not 0`);
  }
  return problems;
}

interface Outcome {
  readonly outcome: string;
  readonly trackingNumber: string;
  readonly reason?: string;
  readonly reference?: string | null;
}

function referenceOf(outcomes: readonly Outcome[], { trackingNumber }: BridgedParcel) {
  return outcomes.find((each) => each.trackingNumber === trackingNumber)?.reference ?? null;
}

/** Checks that each parcel has one outcome, and that it is `expected`. */
function expectEach(
  what: string,
  parcels: readonly BridgedParcel[],
  outcomes: readonly Outcome[] | undefined,
  expected: string,
): readonly string[] {
  if (outcomes === undefined) return [];
  return parcels.flatMap(({ trackingNumber }) => {
    const own = outcomes.filter((each) => each.trackingNumber === trackingNumber);
    const [outcome] = own;
    if (own.length !== 1) return [`${what}: ${trackingNumber} has ${own.length} outcomes`];
    return outcome?.outcome === expected
      ? []
      : [`${what}: ${trackingNumber} is ${outcome?.outcome} (${outcome?.reason ?? 'no reason'})`];
  });
}
