import {
  type BridgeDesk,
  type BridgedParcel,
  bareNumber,
  type CarrierSession,
  failureIn,
  parseJsonOrNull,
  type RegisterOutcome,
  type StopOutcome,
  settleParcels,
} from '../../sdk.ts';
import { ALREADY_CREATED, NOT_CREATED, QUOTA_USED_UP, reasonOf } from './errors.ts';
import { parse } from './parse.ts';
import { creation, envelope } from './schema.ts';
import { PATTERN } from './track.ts';

const PARCELS_PER_CALL = 40;
/** Codes and ids are parts of a path. */
const PART = /^[0-9a-z][0-9a-z-]{0,63}$/i;

/** Creating a tracking costs one of the quota, which no call returns or shows. */
export const bridge: BridgeDesk = { parcelsPerCall: PARCELS_PER_CALL, register, stop };

/** Creates trackings. The service needs to know the carrier of each. */
async function register(
  parcels: readonly BridgedParcel[],
  session: CarrierSession,
): Promise<readonly RegisterOutcome[]> {
  const named = parcels.filter(({ carrierCode }) => PART.test(carrierCode ?? ''));
  const outcomes = await settleParcels(named, session, {
    parse,
    pattern: PATTERN,
    callFor: (usable) => ({
      method: 'POST',
      path: '/v4/trackings/batch',
      body: {
        json: usable.map(({ trackingNumber, carrierCode, postalCode }) => ({
          tracking_number: trackingNumber,
          courier_code: carrierCode,
          ...(postalCode === null ? {} : { tracking_postal_code: postalCode }),
        })),
      },
    }),
    read: createdIn,
    readForAll: (text) => (codeIn(text) === QUOTA_USED_UP ? outcomeOf(QUOTA_USED_UP, null) : null),
  });
  return parcels.map(
    ({ trackingNumber }) =>
      outcomes.find((outcome) => outcome.trackingNumber === trackingNumber) ?? {
        outcome: 'refused',
        trackingNumber,
        reason: 'TrackingMore needs the code of the carrier',
      },
  );
}

function createdIn(text: string) {
  const { success = [], error = [] } =
    creation.safeParse(parseJsonOrNull(text)?.value).data?.data ?? {};
  return new Map(
    [...error, ...success].map((each) => {
      const { id: reference = null, tracking_number = '', errorCode = null } = each ?? {};
      return [bareNumber(tracking_number), outcomeOf(errorCode, reference)] as const;
    }),
  );
}

function outcomeOf(code: number | null, reference: string | null) {
  if (code === null || code === ALREADY_CREATED) {
    return { outcome: 'registered', reference } as const;
  }
  const outcome = code === QUOTA_USED_UP ? 'quota_used_up' : 'refused';
  return { outcome, reason: reasonOf(code) } as const;
}

/** Deletes trackings, one in a call: the service stops in no other way. */
async function stop(
  parcels: readonly BridgedParcel[],
  session: CarrierSession,
): Promise<readonly StopOutcome[]> {
  const outcomes: StopOutcome[] = [];
  for (const { trackingNumber, reference } of parcels) {
    const last = outcomes.at(-1);
    const hasFailed =
      last !== undefined && last.outcome !== 'stopped' && last.outcome !== 'refused';
    outcomes.push({
      ...(hasFailed ? last : await stopOne(reference, session)),
      trackingNumber,
    });
  }
  return outcomes;
}

async function stopOne(reference: string | null, session: CarrierSession) {
  if (reference === null || !PART.test(reference)) {
    // Without an id, somebody else has created it.
    return { outcome: 'refused', reason: 'the id at TrackingMore is not known' } as const;
  }
  const path = `/v4/trackings/delete/${reference}`;
  const answer = await session.send({ method: 'DELETE', path });
  const code = answer.kind === 'http' ? codeIn(answer.text) : undefined;
  if (code === 200 || code === NOT_CREATED) return { outcome: 'stopped' } as const;
  const failure = failureIn(parse, answer, session.nowMs());
  return failure ?? ({ outcome: 'error', reason: 'expected code 200' } as const);
}

function codeIn(text: string): number | undefined {
  return envelope.safeParse(parseJsonOrNull(text)?.value).data?.meta?.code;
}
