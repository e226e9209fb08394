import { trackInBatches } from '../../sdk.ts';
import { apiCall } from './access.ts';
import { parse } from './parse.ts';
import { batch } from './schema.ts';

/** "Tracking numbers must be between 5 and 50" letters and digits. */
export const PATTERN = /^[0-9A-Z]{5,50}$/;
const CARRIER = /^[1-9]\d{0,8}$/;

/** Requests `gettrackinfo` for up to 40 numbers, each with its carrier where that is known. */
export const track = trackInBatches({
  parse,
  size: 40,
  pattern: PATTERN,
  callFor: (numbers, { parcelOf }) =>
    apiCall(
      'gettrackinfo',
      numbers.map((number) => parcelName(number, parcelOf?.(number)?.carrierCode)),
    ),
  itemsIn: (answer) => batch.safeParse(answer).data?.data.accepted ?? [],
  numberedBy: 'number',
  answerWith: (accepted) => ({ code: 0, data: { accepted } }),
});

/** A number with its carrier, as all calls name a parcel; without a usable code, 17TRACK detects. */
export function parcelName(number: string, carrierCode: string | null = null) {
  return carrierCode !== null && CARRIER.test(carrierCode)
    ? { number, carrier: Number(carrierCode) }
    : { number };
}
