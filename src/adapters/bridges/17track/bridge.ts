import {
  type BridgeDesk,
  type BridgedParcel,
  bareNumber,
  type CarrierSession,
  failureIn,
  parseJsonOrNull,
  settleParcels,
} from '../../sdk.ts';
import { apiCall } from './access.ts';
import { accountFailure, reasonOf } from './errors.ts';
import { parse } from './parse.ts';
import { envelope } from './schema.ts';
import { PATTERN, parcelName } from './track.ts';

const ALREADY_REGISTERED = -18019901;
const QUOTA_USED_UP = -18019908;
/** Not registered, or not being tracked. */
const UNTRACKED = new Set([-18019902, -18019906]);

/** Registrations use up the quota; stopping returns nothing. */
export const bridge: BridgeDesk = {
  parcelsPerCall: 40,
  register: (parcels, session) =>
    ask('register', parcels, session, (code) => {
      if (code === null || code === ALREADY_REGISTERED) {
        return { outcome: 'registered', reference: null };
      }
      const outcome = code === QUOTA_USED_UP ? 'quota_used_up' : 'refused';
      return accountFailure(code) ?? { outcome, reason: reasonOf(code) };
    }),
  stop: (parcels, session) =>
    ask('stoptrack', parcels, session, (code) => {
      if (code === null || UNTRACKED.has(code)) return { outcome: 'stopped' };
      return accountFailure(code) ?? { outcome: 'refused', reason: reasonOf(code) };
    }),
  async quota(session) {
    const answer = await session.send(apiCall('getquota', []));
    const failure = failureIn(parse, answer, session.nowMs());
    const { quota_used: used, quota_remain: remaining } =
      dataOf(answer.kind === 'http' ? answer.text : '') ?? {};
    if (failure !== null) return failure;
    return used === undefined || remaining === undefined
      ? { outcome: 'error', reason: 'expected quota_used and quota_remain' }
      : { outcome: 'quota', used, remaining };
  },
};

/** Makes a call. `outcomeOf` gets the error of each number; null: the number was accepted. */
function ask<Outcome>(
  name: 'register' | 'stoptrack',
  parcels: readonly BridgedParcel[],
  session: CarrierSession,
  outcomeOf: (code: number | null) => Outcome,
) {
  return settleParcels(parcels, session, {
    parse,
    pattern: PATTERN,
    callFor: (usable) =>
      apiCall(
        name,
        usable.map(({ trackingNumber, carrierCode, postalCode }) => ({
          ...parcelName(trackingNumber, carrierCode),
          ...(name === 'register' && postalCode !== null ? { param: postalCode } : {}),
        })),
      ),
    read(text) {
      const { accepted = [], rejected = [] } = dataOf(text) ?? {};
      return new Map(
        [
          ...rejected.map((each) => [each?.number, each?.error?.code ?? 0] as const),
          ...accepted.map((each) => [each?.number, null] as const),
        ].map(([number = '', code]) => [bareNumber(number), outcomeOf(code)]),
      );
    },
  });
}

function dataOf(text: string) {
  return envelope.safeParse(parseJsonOrNull(text)?.value).data?.data;
}
