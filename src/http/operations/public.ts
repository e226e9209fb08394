import { operation } from '../operation.ts';
import { choices, orderParcels, orderQuery, publicTrack } from '../schemas/public.ts';

const NUMBER = { tracking_number: 'As it is printed; blanks and dashes do not matter.' };
const CARRIER = { carrier: 'Id of the carrier, for numbers that several know.', ...NUMBER };
const TRACK_ANSWERS = {
  200: {
    description: 'Under `/v1`, or for who accepts JSON before HTML: this. Else a page.',
    schema: publicTrack,
  },
  300: { description: 'Several carriers know the number.', schema: choices },
  304: { description: 'Nothing new since that ETag.' },
} as const;
const LIVE = {
  200: {
    description:
      'Server-sent events `status` and `edd`, the present state first; `gone` when nobody follows the parcel any more.',
    mediaType: 'text/event-stream',
  },
  300: { description: 'Several carriers know the number.', schema: choices },
} as const;

export const publicOperations = [
  operation({
    id: 'trackParcel',
    method: 'GET',
    path: '/track/:tracking_number',
    tag: 'Public',
    summary: 'Where is the parcel?',
    params: NUMBER,
    answers: TRACK_ANSWERS,
    errors: ['not_found'],
  }),
  operation({
    id: 'trackParcelOfCarrier',
    method: 'GET',
    path: '/track/:carrier/:tracking_number',
    tag: 'Public',
    summary: 'Where is the parcel of that carrier?',
    params: CARRIER,
    answers: TRACK_ANSWERS,
    errors: ['not_found'],
  }),
  operation({
    id: 'followParcel',
    method: 'GET',
    path: '/track/:tracking_number/live',
    tag: 'Public',
    summary: 'Follow the parcel as it moves',
    params: NUMBER,
    answers: LIVE,
    errors: ['not_found'],
  }),
  operation({
    id: 'followParcelOfCarrier',
    method: 'GET',
    path: '/track/:carrier/:tracking_number/live',
    tag: 'Public',
    summary: 'Follow the parcel of that carrier',
    params: CARRIER,
    answers: LIVE,
    errors: ['not_found'],
  }),
  operation({
    id: 'trackOrder',
    method: 'GET',
    path: '/track',
    tag: 'Public',
    summary: "An order's parcels",
    query: orderQuery,
    answers: {
      200: { description: 'JSON or a page.', schema: orderParcels },
      300: { description: 'Several shops know the order.', schema: choices },
      303: { description: 'To the page of `number`.' },
    },
    errors: ['invalid', 'not_found'],
  }),
  operation({
    id: 'getAsset',
    method: 'GET',
    path: '/assets/:file',
    tag: 'Public',
    summary: 'Style and script of the pages',
    params: { file: 'Name with the hash of its content.' },
    answers: { 200: { description: 'The file; it never changes.', mediaType: 'text/css' } },
    errors: ['not_found'],
  }),
];
