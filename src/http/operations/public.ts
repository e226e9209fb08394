import { operation } from '../operation.ts';
import {
  choices,
  merchantNeeded,
  orderParcels,
  orderQuery,
  publicTrack,
} from '../schemas/public.ts';

const NUMBER = { tracking_number: 'As it is printed; blanks and dashes do not matter.' };
const CARRIER = { carrier: 'Id of the carrier, for numbers that several know.', ...NUMBER };
const PAGES =
  'Under `/v1`, or for who accepts JSON before HTML, JSON; for everybody else a page, in the language of `lang` or Accept-Language.';
const TRACK_ANSWERS = {
  200: {
    description: 'Where the parcel is.',
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
    description: PAGES,
    pages: true,
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
    description: PAGES,
    pages: true,
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
    description: PAGES,
    pages: true,
    query: orderQuery,
    answers: {
      200: {
        description: 'Its parcels; without any question, the page with the form.',
        schema: orderParcels,
      },
      300: {
        description: 'Several shops have such an order: `merchant` is needed.',
        schema: merchantNeeded,
      },
      303: { description: 'To the page of `number`.' },
    },
    errors: ['invalid', 'not_found'],
  }),
  operation({
    id: 'enter',
    method: 'GET',
    path: '/',
    tag: 'Public',
    summary: 'The way in for browsers',
    answers: { 303: { description: 'To `/track`, for who accepts HTML; nothing for others.' } },
    errors: ['not_found'],
  }),
  operation({
    id: 'getRobots',
    method: 'GET',
    path: '/robots.txt',
    tag: 'Public',
    summary: 'What crawlers must leave alone',
    answers: { 200: { description: 'Parcels and the API.', mediaType: 'text/plain' } },
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
