import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type { BridgeDesk, BridgedParcel, RegisterOutcome, StopOutcome } from './bridge.ts';
import { SENDABLE_NUMBER } from './bridge-answers.ts';
import type { NumberRecogniser } from './contract.ts';
import { accountFailureOf } from './one-by-one.ts';
import type { CarrierCall, CarrierSession } from './pull.ts';

/** How a bridge creates and deletes the record of one parcel by its id. */
export interface ParcelRecords {
  readonly numbers: NumberRecogniser;
  /** The ids that may be put into a path. */
  readonly idForm: RegExp;
  /**
   * The code of the error that says that the parcel is registered already; null: there is none. Such
   * a record may be the merchant's own, so the hub does not learn its id and never deletes it.
   */
  readonly duplicateCode: string | null;
  createCall(number: string, parcel: BridgedParcel): CarrierCall;
  deleteCall(id: string): CarrierCall;
  /** Reads a JSON answer to one of these calls, however odd. */
  read(value: unknown): RecordAnswer;
}

export interface RecordAnswer {
  readonly id?: string | undefined;
  /** The code of the service's error. */
  readonly code?: string | undefined;
  /** Whether it confirms a deletion. */
  readonly isDeleted: boolean;
}

/** Makes a `BridgeDesk` for a service with one record for each parcel. */
export function recordDesk(records: ParcelRecords): BridgeDesk {
  return {
    parcelsPerCall: 1,
    register: (parcels, session) =>
      Promise.all(parcels.map((parcel) => register(records, parcel, session))),
    stop: (parcels, session) =>
      Promise.all(parcels.map((parcel) => stop(records, parcel, session))),
  };
}

async function register(
  records: ParcelRecords,
  parcel: BridgedParcel,
  session: CarrierSession,
): Promise<RegisterOutcome> {
  const { trackingNumber } = parcel;
  const number = records.numbers.normalize(trackingNumber);
  if (!SENDABLE_NUMBER.test(number)) {
    return {
      outcome: 'refused',
      trackingNumber,
      reason: 'a number has 4 to 64 letters and digits',
    };
  }
  const answer = await send(records, records.createCall(number, parcel), session);
  if ('outcome' in answer) return { ...answer, trackingNumber };
  const { status, id, code, reason } = answer;
  if (code !== undefined && code === records.duplicateCode) {
    return { outcome: 'registered', trackingNumber, reference: null };
  }
  if (status < 300 && id !== undefined) {
    return { outcome: 'registered', trackingNumber, reference: id };
  }
  // Payment Required: the account cannot pay for another parcel.
  if (status === 402) return { outcome: 'quota_used_up', trackingNumber, reason };
  return { outcome: code === undefined ? 'error' : 'refused', trackingNumber, reason };
}

async function stop(
  records: ParcelRecords,
  { trackingNumber, reference }: BridgedParcel,
  session: CarrierSession,
): Promise<StopOutcome> {
  if (reference === null || !records.idForm.test(reference)) {
    return { outcome: 'refused', trackingNumber, reason: 'the hub has not created its record' };
  }
  const answer = await send(records, records.deleteCall(reference), session);
  if ('outcome' in answer) return { ...answer, trackingNumber };
  const { status, code, reason, isDeleted } = answer;
  const isGone = status === 404 || (status < 300 && isDeleted);
  if (isGone) return { outcome: 'stopped', trackingNumber };
  return { outcome: code === undefined ? 'error' : 'refused', trackingNumber, reason };
}

async function send({ read, idForm }: ParcelRecords, call: CarrierCall, session: CarrierSession) {
  const answer = await session.send(call);
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null || answer.kind !== 'http') {
    return failure ?? ({ outcome: 'error', reason: 'no usable answer' } as const);
  }
  const { status, text } = answer;
  const { id = '', code, isDeleted } = read(parseJsonOrNull(text)?.value);
  const shownCode = code === undefined ? '' : `, code ${code}`;
  return {
    status,
    id: idForm.test(id) ? id : undefined,
    code,
    isDeleted,
    reason: `the service answered ${status}${shownCode}`,
  };
}
