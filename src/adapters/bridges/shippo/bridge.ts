import {
  accountFailureOf,
  type BridgeDesk,
  type BridgedParcel,
  type CarrierSession,
  parseJsonOrNull,
  type RegisterOutcome,
} from '../../sdk.ts';
import { CARRIER_CODE, NUMBER } from './access.ts';
import { numbers } from './numbers.ts';
import { trackDocument } from './schema.ts';

/**
 * Registers parcels by `POST /tracks`; from then on their updates are pushed. The service documents
 * no way to stop tracking, and no quota.
 */
export const bridge: BridgeDesk = {
  parcelsPerCall: 1,
  register: (parcels, session) => Promise.all(parcels.map((parcel) => register(parcel, session))),
};

async function register(parcel: BridgedParcel, session: CarrierSession): Promise<RegisterOutcome> {
  const { trackingNumber } = parcel;
  const tracking_number = numbers.normalize(trackingNumber);
  const carrier = parcel.carrierCode ?? '';
  if (!NUMBER.test(tracking_number) || !CARRIER_CODE.test(carrier)) {
    const reason = 'the number or the code of its carrier cannot be sent';
    return { outcome: 'refused', trackingNumber, reason };
  }
  const json = { carrier, tracking_number };
  const answer = await session.send({ method: 'POST', path: '/tracks', body: { json } });
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null || answer.kind !== 'http') {
    return { ...(failure ?? { outcome: 'error', reason: 'no usable answer' }), trackingNumber };
  }
  const { status, text } = answer;
  const reason = `HTTP ${status}`;
  if (status >= 300) {
    // Payment Required: the account cannot pay for another parcel.
    return { outcome: status === 402 ? 'quota_used_up' : 'refused', trackingNumber, reason };
  }
  const read = trackDocument.safeParse(parseJsonOrNull(text)?.value);
  return read.data?.tracking_number === undefined
    ? { outcome: 'error', trackingNumber, reason: `${reason} without a parcel` }
    : { outcome: 'registered', trackingNumber, reference: null };
}
