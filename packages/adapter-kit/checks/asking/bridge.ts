import { isDeepStrictEqual } from 'node:util';
import type {
  BridgeDesk,
  BridgedParcel,
  CarrierAdapter,
  CarrierAnswer,
  Credentials,
} from 'waybill/adapter';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { gather } from '../gather.ts';
import {
  callProblems,
  credentialSets,
  FAILURES,
  failureProblems,
  GARBAGE_ANSWERS,
  httpAnswer,
  ODD_NUMBERS,
  parcelsIn,
  recordingSession,
  retries,
  secretsOf,
  settled,
} from './session.ts';

const FIX = 'bridge.ts: see BridgeDesk in contract/bridge.ts.';
const NUMBERS = ['1Z999AA10123456784', '9400111899560008231892', 'RR123456785DE'];
const REFERENCE = '0123456789abcdef0123456789abcdef';

/** Checks how a bridge registers and stops parcels, whatever the service answers. */
export function bridgeChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter } = subject;
  const { bridge, manifest } = adapter;
  if (bridge === undefined && manifest.role !== 'bridge') return [];
  const claims: ConformanceCheck = {
    id: 'bridge.claims',
    title: 'is a bridge that registers parcels, and names the carrier in each report',
    skip: null,
    fix: 'manifest.ts (role), index.ts (bridge) and parse.ts (`carrier` of each report).',
    problems: () => claimProblems(subject),
  };
  if (bridge === undefined) return [claims];
  const parcelOf = parcelsIn(subject);
  const parcels = NUMBERS.slice(0, bridge.parcelsPerCall).map((number) => ({
    ...parcelOf(number),
    reference: REFERENCE,
  }));
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: (credentials: Credentials) => Promise<readonly string[]>,
  ): ConformanceCheck => ({
    id,
    title,
    skip: null,
    fix: FIX,
    problems: () => gather(credentialSets(adapter), problems),
  });
  return [
    claims,
    check('bridge.nothing', 'makes no call if it gets no parcel', (credentials) =>
      gather(verbsOf(bridge), async ([verb, work]) => {
        const session = recordingSession(httpAnswer(200, '{}'), credentials);
        const result = await settled(() => work([], session));
        if ('thrown' in result) return [`${verb}: ${result.thrown}`];
        return result.value.length + session.calls.length === 0 ? [] : [`${verb}: it called`];
      }),
    ),
    check('bridge.failures', 'distinguishes failures, and retries none', (credentials) =>
      gather(FAILURES, async (failure) => {
        const { outcomes, problems } = await askAll(adapter, parcels, failure.answer, credentials);
        return [...problems, ...outcomes.flatMap((outcome) => failureProblems(failure, outcome))];
      }),
    ),
    check('bridge.garbage', 'returns an error if the answer is garbage', (credentials) =>
      gather(GARBAGE_ANSWERS, async (answer) => {
        const { outcomes, problems } = await askAll(adapter, parcels, answer, credentials);
        // Some services confirm without a body.
        const isEmptySuccess = answer.kind === 'http' && answer.status === 204;
        const text = answer.kind === 'http' ? answer.text.slice(0, 30) : answer.kind;
        return [
          ...problems,
          ...outcomes
            .filter(({ outcome }) => outcome !== 'error')
            .filter(
              ({ outcome }) => !isEmptySuccess || !['registered', 'stopped'].includes(outcome),
            )
            .map(({ outcome }) => `"${text}": ${outcome}`),
        ];
      }),
    ),
    check(
      'bridge.odd-numbers',
      'never sends a number, carrier or reference that changes the path',
      (credentials) =>
        gather(ODD_NUMBERS, async (odd) => {
          const parcel = {
            trackingNumber: odd,
            carrierCode: odd,
            reference: odd,
            postalCode: odd,
          };
          const answer = httpAnswer(200, '{}');
          const { outcomes, problems } = await askAll(adapter, [parcel], answer, credentials);
          const pulled = await pulledOdd(adapter, parcel, answer, credentials);
          return [
            ...problems,
            ...pulled,
            ...outcomes
              .filter(({ outcome }) => outcome === 'registered')
              .map(() => `"${odd}" is registered`),
          ];
        }),
    ),
  ];
}

function claimProblems({ adapter, fixtures }: ReadSubject): readonly string[] {
  const { bridge, manifest, access } = adapter;
  const isBridge = manifest.role === 'bridge';
  return [
    ...(isBridge && (bridge === undefined) === (access === undefined)
      ? []
      : ['role "bridge", `access` and `bridge` go together']),
    ...(bridge === undefined ||
    (Number.isInteger(bridge.parcelsPerCall) && bridge.parcelsPerCall >= 1)
      ? []
      : [`parcelsPerCall is ${bridge.parcelsPerCall}`]),
    ...fixtures.flatMap(({ name, payload }) => {
      const outcome = adapter.parse(payload);
      const reports = outcome.outcome === 'reports' ? outcome.reports : [];
      return reports.some(({ carrier }) => !carrier) ? [`${name}: a report without a carrier`] : [];
    }),
  ];
}

interface Outcome {
  readonly outcome: string;
  readonly trackingNumber: string;
  readonly reason?: string;
  readonly retryAfterS?: number;
}

type Work = (
  parcels: readonly BridgedParcel[],
  session: Parameters<BridgeDesk['register']>[1],
) => Promise<readonly Outcome[]>;

/** What a bridge does with parcels, by name. */
function verbsOf({ register, stop }: BridgeDesk): readonly (readonly [string, Work])[] {
  return [['register', register], ...(stop === undefined ? [] : [['stop', stop] as const])];
}

/** Registers and stops parcels and asks for the quota, with one answer to all calls. */
async function askAll(
  adapter: CarrierAdapter,
  parcels: readonly BridgedParcel[],
  answer: CarrierAnswer,
  credentials: Credentials,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly problems: readonly string[] }> {
  const { bridge } = adapter;
  const outcomes: Outcome[] = [];
  const problems: string[] = [];
  if (bridge === undefined) return { outcomes, problems };
  const quota: Work = async (_, session) => {
    const outcome = await bridge.quota?.(session);
    return outcome === undefined ? [] : [{ trackingNumber: '', ...outcome }];
  };
  for (const [verb, work] of [...verbsOf(bridge), ['quota', quota] as const]) {
    const session = recordingSession(answer, credentials);
    const result = await settled(() => work(Object.freeze([...parcels]), session));
    problems.push(
      ...callProblems(adapter, session.calls, secretsOf(adapter, credentials)),
      ...retries(session.calls),
    );
    if ('thrown' in result) problems.push(`${verb}: ${result.thrown}`);
    else outcomes.push(...result.value);
    if ('thrown' in result || verb === 'quota') continue;
    const answered = result.value.map(({ trackingNumber }) => trackingNumber).sort();
    const given = parcels.map(({ trackingNumber }) => trackingNumber).sort();
    if (!isDeepStrictEqual(answered, given)) {
      problems.push(`${verb}: got ${given.join()}, answered for ${answered.join()}`);
    }
  }
  return { outcomes, problems };
}

/** The faults in the calls for a parcel whose data are odd. */
async function pulledOdd(
  adapter: CarrierAdapter,
  parcel: BridgedParcel,
  answer: CarrierAnswer,
  credentials: Credentials,
): Promise<readonly string[]> {
  const session = recordingSession(answer, credentials, () => parcel);
  const result = await settled(async () => adapter.track?.([parcel.trackingNumber], session));
  return [
    ...callProblems(adapter, session.calls, secretsOf(adapter, credentials)),
    ...('thrown' in result ? [`track: ${result.thrown}`] : []),
  ];
}
