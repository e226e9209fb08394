import {
  type CarrierAdapter,
  type CarrierAnswer,
  type CarrierSession,
  type Credentials,
  PICKUP_POINT_KINDS,
  PICKUP_SERVICES,
  type PickupPoint,
  type PickupPointQuery,
  type PickupPointsOutcome,
  POINTS_DEFAULT,
  RADIUS_M_DEFAULT,
  WEEKDAYS,
} from 'waybill/adapter';
import type { SandboxCarrier } from 'waybill/adapter/sandbox';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { gather, inSandbox } from '../gather.ts';
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

/**
 * Checks services beyond tracking: pickup points, and redirects of parcels that are on their way.
 */
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

/** Places that every carrier must handle in a search, whether or not it exists there. */
const PLACES: readonly PickupPointQuery[] = [
  { country: 'US', postalCode: '10001' },
  { country: 'DE', postalCode: '10115', city: 'Berlin' },
  { country: 'US', postalCode: '10001', lat: 40.75, lng: -73.99, radiusM: 2_000, limit: 50 },
];

/** How many of the places to which the sandbox's parcels go are searched. */
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

/** Texts that are no places, or that lead to another URL when put into a path or a query. */
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
            // A kind of place that it does not offer needs no requests.
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
              ...(await emptySearchProblems(adapter, session, places)),
            ]),
    },
  ];
}

/**
 * Checks that some place has points, and that the adapter reports none for the sandbox's place
 * without any.
 */
async function emptySearchProblems(
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

/** Faults in any outcome of a search, whatever was answered. */
function placeProblems(outcome: PickupPointsOutcome, query: PickupPointQuery): readonly string[] {
  if (outcome.outcome === 'points') return pointProblems(outcome, query);
  return outcome.reason === '' ? [`${outcome.outcome}: no reason`] : [];
}

/** The faults in the points that were found; `none` is not a fault, any failure is one. */
function pointProblems(outcome: PickupPointsOutcome, query: PickupPointQuery): readonly string[] {
  if (outcome.outcome === 'none') return [];
  if (outcome.outcome !== 'points') return [`${outcome.outcome}: ${outcome.reason}`];
  const { points } = outcome;
  const { limit = POINTS_DEFAULT, radiusM = RADIUS_M_DEFAULT, kinds } = query;
  const distances = points.map(({ distanceM }) => distanceM ?? Number.POSITIVE_INFINITY);
  const ids = new Set(points.map(({ id }) => id));
  return [
    ...(points.length === 0 ? ['points without a point'] : []),
    ...(points.length <= limit ? [] : [`${points.length} points, asked for ${limit}`]),
    ...(ids.size === points.length ? [] : ['a point comes twice']),
    ...(distances.every((each, index) => index === 0 || each >= (distances[index - 1] ?? 0))
      ? []
      : ['the nearest is not the first']),
    ...points
      .filter(({ distanceM }) => (distanceM ?? 0) > radiusM)
      .map(({ id }) => `${id} is beyond the radius`),
    ...points
      .filter(({ kind }) => kinds !== undefined && !kinds.includes(kind))
      .map(({ id, kind }) => `${id} is a ${kind}, which nobody asked for`),
    ...points.flatMap((point) =>
      singlePointProblems(point).map((problem) => `${point.id}: ${problem}`),
    ),
  ];
}

const LINE = /^[^\p{Cc}]{1,200}$/u;

function singlePointProblems(point: PickupPoint): readonly string[] {
  const { id, kind, name, address, lat, lng, distanceM, hours, services } = point;
  const texts = [name, address.street, address.city, address.region, address.postalCode];
  return [
    ...(/^[\x21-\x7e]{1,64}$/.test(id) ? [] : ['an id that cannot be sent back']),
    ...(PICKUP_POINT_KINDS.includes(kind) ? [] : [`kind ${kind}`]),
    ...(texts.every((text) => text === null || LINE.test(text)) ? [] : ['a text of several lines']),
    ...(/^[A-Z]{2}$/.test(address.country) ? [] : [`country "${address.country}"`]),
    ...((lat === null) === (lng === null) && Math.abs(lat ?? 0) <= 90 && Math.abs(lng ?? 0) <= 180
      ? []
      : [`coordinates ${lat}, ${lng}`]),
    ...(distanceM === null || (Number.isInteger(distanceM) && distanceM >= 0)
      ? []
      : [`distance ${distanceM}`]),
    ...(services.every((service) => PICKUP_SERVICES.includes(service)) ? [] : ['unknown services']),
    ...(hours ?? []).flatMap(({ weekday, opens, closes }) =>
      WEEKDAYS.includes(weekday) && CLOCK.test(opens) && CLOCK.test(closes)
        ? []
        : [`hours ${weekday} ${opens} to ${closes}`],
    ),
  ];
}

const CLOCK = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
