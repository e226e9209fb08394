import { trackOneByOne } from '../../sdk.ts';
import { CARRIER_CODE, NUMBER } from './access.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests one parcel in a call, whether or not it is registered. */
export const track = trackOneByOne({ numbers, parse }, (number, _, parcel) => {
  const carrier = parcel?.carrierCode ?? '';
  return NUMBER.test(number) && CARRIER_CODE.test(carrier)
    ? { method: 'GET', path: `/tracks/${carrier}/${number}` }
    : null;
});
