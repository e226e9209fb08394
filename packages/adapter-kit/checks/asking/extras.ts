import {
  type CarrierAdapter,
  type CarrierAnswer,
  type CarrierSession,
  type Credentials,
  PICKUP_POINT_KINDS,
  type PickupPointQuery,
} from 'waybill/adapter';
import type { SandboxCarrier } from 'waybill/adapter/sandbox';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { gather, inSandbox } from '../gather.ts';
import { placeProblems, pointProblems } from './points.ts';
import { redirectChecks } from './redirects.ts';
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

const POINTS_FIX = 'pickup-points.ts: see PickupPointsOutcome in contract/extras.ts.';

/** Services beyond tracking: pickup points, and redirects of parcels on their way. */
export function extrasChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  return [claimsCheck(subject.adapter), ...pointChecks(subject), ...redirectChecks(subject)];
}

function claimsCheck({ manifest, ...adapter }: CarrierAdapter): ConformanceCheck {
  const { capabilities } = manifest;
  const pairs = [
    ['pickup_points', 'pickupPoints', adapter.pickupPoints !== undefined],
    ['redirect', 'redirect', adapter.redirect !== undefined],
    ['redirect', 'redirectOptions', adapter.redirectOptions !== undefined],
  ] as const;
  return {
    id: 'extras.claims',
    title: 'claims pickup points and redirects only if it has them',
    skip: null,
    fix: 'manifest.ts and index.ts: claim exactly what is there.',
    problems: () => [
      ...pairs
        .filter(([capability, , isThere]) => capabilities.includes(capability) !== isThere)
        .map(([capability, member]) => `capability "${capability}" and ${member} go together`),
      ...(adapter.access === undefined && (adapter.pickupPoints ?? adapter.redirect)
        ? ['what asks the carrier needs access']
        : []),
    ],
  };
}

// ---------------------------------------------------------------- pickup points

/** Places that every carrier must handle in a search, whether it exists there or not. */
const PLACES: readonly PickupPointQuery[] = [
  { country: 'US', postalCode: '10001' },
  { country: 'DE', postalCode: '10115', city: 'Berlin' },
  { country: 'US', postalCode: '10001', lat: 40.75, lng: -73.99, radiusM: 2_000, limit: 50 },
];

/** Enough of where its sandbox's parcels go, which is where the carrier is. */
const OWN_PLACES_MAX = 3;

function placesFor(sandbox: SandboxCarrier | null): readonly PickupPointQuery[] {
  const destinations = (sandbox?.scenarios ?? [])
    .flatMap(({ lives }) => lives.map(({ destination }) => destination))
    .filter(({ postalCode }) => postalCode !== '')
    .map(({ country, postalCode }) => ({ country, postalCode }));
  const own = [...new Map(destinations.map((each) => [each.postalCode, each])).values()];
  const near = [...own.slice(0, OWN_PLACES_MAX), ...PLACES];
  const [first = { country: 'US', postalCode: '10001' }] = near;
  return [...near, ...PICKUP_POINT_KINDS.map((kind) => ({ ...first, kinds: [kind] }))];
}

/** Texts that are no place, or lead to another URL when put into a path or a query. */
const ODD_PLACES: readonly PickupPointQuery[] = [
  ...ODD_NUMBERS.map((postalCode) => ({ country: 'US', postalCode })),
  ...['', 'us', 'U', 'USA', '..', '??', '１２', '\r\n'].map((country) => ({
    country,
    postalCode: '10001',
  })),
  ...['A\r\nx-evil: 1', '\u0000', '../..', 'A'.repeat(300)].map((city) => ({
    country: 'US',
    postalCode: '10001',
    city,
  })),
  { country: 'US', postalCode: '10001', lat: 91, lng: 0 },
  { country: 'US', postalCode: '10001', lat: Number.NaN, lng: 0 },
  { country: 'US', postalCode: '10001', lat: 40.7 },
];

function pointChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, sandbox } = subject;
  const { pickupPoints } = adapter;
  if (pickupPoints === undefined) return [];
  const places = placesFor(sandbox);
  const ask = async (query: PickupPointQuery, answer: CarrierAnswer, credentials: Credentials) => {
    const session = recordingSession(answer, credentials);
    const result = await settled(() => pickupPoints(query, session));
    const problems = [
      ...callProblems(adapter, session.calls, secretsOf(adapter, credentials)),
      ...retries(session.calls),
    ];
    const { calls } = session;
    if ('thrown' in result) return { outcome: null, calls, problems: [...problems, result.thrown] };
    return {
      outcome: result.value,
      calls,
      problems: [...problems, ...placeProblems(result.value, query)],
    };
  };
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: () => Promise<readonly string[]>,
  ): ConformanceCheck => ({ id, title, skip: null, fix: POINTS_FIX, problems });
  return [
    check('pickup-points.failures', 'distinguishes failures when it looks for pickup points', () =>
      gather(credentialSets(adapter), (credentials) =>
        gather(places, (place) =>
          gather(FAILURES, async (failure) => {
            const { outcome, calls, problems } = await ask(place, failure.answer, credentials);
            // A service it never offers needs no requests.
            if (outcome === null || calls.length === 0) return problems;
            return outcome.outcome === 'points' || outcome.outcome === 'none'
              ? [...problems, `${failure.title}: ${outcome.outcome}`]
              : [...problems, ...failureProblems(failure, outcome)];
          }),
        ),
      ),
    ),
    check('pickup-points.garbage', 'accepts only pickup points as pickup points', () =>
      gather(credentialSets(adapter), (credentials) =>
        gather(places, (place) =>
          gather(
            [
              ...GARBAGE_ANSWERS,
              ...pullFixtures(subject).map(({ text, status }) => httpAnswer(status, text)),
            ],
            async (answer) => {
              const { outcome, problems } = await ask(place, answer, credentials);
              return outcome?.outcome === 'points' ? [...problems, 'points'] : problems;
            },
          ),
        ),
      ),
    ),
    check('pickup-points.odd-places', 'sends no impossible place to the carrier', () =>
      gather(credentialSets(adapter), (credentials) =>
        gather(ODD_PLACES, async (odd) => {
          const { outcome, calls, problems } = await ask(odd, httpAnswer(200, '{}'), credentials);
          return [
            ...problems,
            ...(calls.length > 0 ? [`${JSON.stringify(odd).slice(0, 80)} was sent`] : []),
            ...(outcome === null || outcome.outcome === 'none'
              ? []
              : [`${JSON.stringify(odd).slice(0, 80)}: ${outcome.outcome}, not none`]),
          ];
        }),
      ),
    ),
    {
      id: 'sandbox.pickup-points',
      title: 'finds well-formed pickup points in its sandbox, and none at a place without any',
      skip: sandbox === null ? 'there is no sandbox.ts' : null,
      fix: POINTS_FIX,
      problems: () =>
        sandbox === null
          ? []
          : inSandbox(adapter, sandbox, async ({ session }) => [
              ...(await gather(places, async (place) =>
                pointProblems(await pickupPoints(place, session), place),
              )),
              ...(await nothingFound(adapter, session, places)),
            ]),
    },
  ];
}

/**
 * Some place must have points, and for the sandbox's place without any the adapter must report
 * none.
 */
async function nothingFound(
  adapter: CarrierAdapter,
  session: CarrierSession,
  places: readonly PickupPointQuery[],
): Promise<readonly string[]> {
  const found = [];
  for (const place of places) found.push(await adapter.pickupPoints?.(place, session));
  const nowhere = await adapter.pickupPoints?.({ country: 'US', postalCode: '00000' }, session);
  return [
    ...(found.some((each) => each?.outcome === 'points') ? [] : ['no place has any point']),
    ...(nowhere?.outcome === 'none' ? [] : [`nothing found is ${nowhere?.outcome}, not none`]),
  ];
}
