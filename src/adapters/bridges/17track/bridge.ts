import {
  type AccountFailure,
  type BridgeDesk,
  type BridgedParcel,
  bareNumber,
  type CarrierSession,
} from '../../sdk.ts';
import { apiCall } from './access.ts';
import {
  ALREADY_REGISTERED,
  accountFailure,
  isUntracked,
  QUOTA_USED_UP,
  readAnswer,
  reasonOf,
} from './errors.ts';
import { PATTERN, parcelName } from './track.ts';

/** Registrations use up the quota; stopping returns nothing. */
export const bridge: BridgeDesk = {
  parcelsPerCall: 40,
  register: (parcels, session) =>
    ask('register', parcels, session, (trackingNumber, code) => {
      if (code === null || code === ALREADY_REGISTERED) {
        return { outcome: 'registered', trackingNumber, reference: null };
      }
      const outcome = code === QUOTA_USED_UP ? 'quota_used_up' : 'refused';
      return { outcome, trackingNumber, reason: reasonOf(code) };
    }),
  stop: (parcels, session) =>
    ask('stoptrack', parcels, session, (trackingNumber, code) =>
      code === null || isUntracked(code)
        ? { outcome: 'stopped', trackingNumber }
        : { outcome: 'refused', trackingNumber, reason: reasonOf(code) },
    ),
  async quota(session) {
    const read = readAnswer(await session.send(apiCall('getquota', [])), session.nowMs());
    if ('failed' in read) return read.failed;
    const { quota_used: used, quota_remain: remaining } = read.ok.data ?? {};
    return used === undefined || remaining === undefined
      ? { outcome: 'error', reason: 'expected quota_used and quota_remain' }
      : { outcome: 'quota', used, remaining };
  },
};

interface Refusal {
  readonly outcome: 'refused';
  readonly trackingNumber: string;
  readonly reason: string;
}

/**
 * Makes one call for the parcels whose number 17TRACK can have. `outcomeOf` gets the error of each
 * number; null: the number was accepted.
 */
async function ask<Outcome>(
  name: 'register' | 'stoptrack',
  parcels: readonly BridgedParcel[],
  session: CarrierSession,
  outcomeOf: (trackingNumber: string, code: number | null) => Outcome,
): Promise<
  readonly (Outcome | Refusal | (AccountFailure & { readonly trackingNumber: string }))[]
> {
  const usable = parcels.filter(({ trackingNumber }) => PATTERN.test(trackingNumber));
  const items = usable.map(({ trackingNumber, carrierCode, postalCode }) => ({
    ...parcelName(trackingNumber, carrierCode),
    ...(name === 'register' && postalCode !== null ? { param: postalCode } : {}),
  }));
  const read =
    items.length === 0
      ? null
      : readAnswer(await session.send(apiCall(name, items)), session.nowMs());
  const codes = new Map<string, number | null>();
  if (read !== null && 'ok' in read) {
    const { accepted = [], rejected = [] } = read.ok.data ?? {};
    for (const each of rejected) codes.set(bareNumber(each?.number ?? ''), each?.error?.code ?? 0);
    for (const each of accepted) codes.set(bareNumber(each?.number ?? ''), null);
  }
  return parcels.map(({ trackingNumber }) => {
    if (!PATTERN.test(trackingNumber)) {
      const reason = 'a number has 5 to 50 letters and digits';
      return { outcome: 'refused', trackingNumber, reason };
    }
    if (read !== null && 'failed' in read) return { ...read.failed, trackingNumber };
    const code = codes.get(trackingNumber);
    if (code === undefined) {
      return { outcome: 'error', trackingNumber, reason: 'the answer lacks this number' };
    }
    const failure = code === null ? null : accountFailure(code);
    return failure === null ? outcomeOf(trackingNumber, code) : { ...failure, trackingNumber };
  });
}
