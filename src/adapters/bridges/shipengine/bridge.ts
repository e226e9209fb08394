import {
  type AccountFailure,
  accountFailureOf,
  type BridgeDesk,
  type BridgedParcel,
  type CarrierSession,
  type RegisterOutcome,
  type StopOutcome,
} from '../../sdk.ts';
import { trackingCall } from './access.ts';
import { numbers } from './numbers.ts';
import { codeOfError } from './schema.ts';

/**
 * Registers parcels by `POST /v1/tracking/start`; from then on their updates are pushed. Only calls
 * are counted, so there is no quota to ask for.
 */
export const bridge: BridgeDesk = {
  parcelsPerCall: 1,
  register: (parcels, session) => Promise.all(parcels.map((parcel) => register(parcel, session))),
  stop: (parcels, session) => Promise.all(parcels.map((parcel) => stop(parcel, session))),
};

async function register(parcel: BridgedParcel, session: CarrierSession): Promise<RegisterOutcome> {
  const { trackingNumber } = parcel;
  const answer = await send('/v1/tracking/start', parcel, session);
  if ('outcome' in answer) return { ...answer, trackingNumber };
  const { status, code, reason } = answer;
  if (status === DONE || status === 409) {
    return { outcome: 'registered', trackingNumber, reference: null };
  }
  const isUnpaid = status === 402 || code === 'insufficient_funds';
  return { outcome: isUnpaid ? 'quota_used_up' : 'refused', trackingNumber, reason };
}

async function stop(parcel: BridgedParcel, session: CarrierSession): Promise<StopOutcome> {
  const { trackingNumber } = parcel;
  const answer = await send('/v1/tracking/stop', parcel, session);
  if ('outcome' in answer) return { ...answer, trackingNumber };
  const { status, reason } = answer;
  return status === DONE || status === 404
    ? { outcome: 'stopped', trackingNumber }
    : { outcome: 'refused', trackingNumber, reason };
}

/** The answer to success has no body. */
const DONE = 204;

/** Sends a call about a parcel: the answer if it is about the parcel, or what it means instead. */
async function send(
  path: string,
  parcel: BridgedParcel,
  session: CarrierSession,
): Promise<
  | { readonly status: number; readonly code: string | undefined; readonly reason: string }
  | AccountFailure
  | { readonly outcome: 'refused'; readonly reason: string }
> {
  const call = trackingCall('POST', path, numbers.normalize(parcel.trackingNumber), parcel);
  if (call === null) {
    return { outcome: 'refused', reason: 'the number or the code of its carrier cannot be sent' };
  }
  const answer = await session.send(call);
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null || answer.kind !== 'http') {
    return failure ?? { outcome: 'error', reason: 'no usable answer' };
  }
  const { status } = answer;
  const code = codeOfError(answer.text);
  const reason = `HTTP ${status}${code === undefined ? '' : ` ${code}`}`;
  const isOdd = status < 300 && status !== DONE;
  return isOdd ? { outcome: 'error', reason } : { status, code, reason };
}
