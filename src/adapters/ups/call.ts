import type { CarrierSession } from '../contract/pull.ts';

/** 7 to 34 characters (Tracking.yaml); nothing else may stand in a path. */
const PLAUSIBLE = /^[0-9A-Z]{7,34}$/;

export function isPlausible(number: string): boolean {
  return PLAUSIBLE.test(number);
}

/** Both are required with every call: an id of its own, and who calls. */
export function callHeaders(session: CarrierSession): Readonly<Record<string, string>> {
  return { transid: session.newId(), transactionsrc: 'waybill' };
}
