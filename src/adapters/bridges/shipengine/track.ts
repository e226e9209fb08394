import { trackOneByOne } from '../../sdk.ts';
import { trackingCall } from './access.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests one parcel in a call, whether or not it is registered. */
export const track = trackOneByOne({ numbers, parse }, (number, _, parcel) =>
  trackingCall('GET', '/v1/tracking', number, parcel),
);
