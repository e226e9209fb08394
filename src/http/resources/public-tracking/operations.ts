import { EVIDENCE_BYTES_MAX } from '../../../reactions/exceptions/index.ts';
import { operation } from '../../kit/operation.ts';
import {
  addressRequest,
  deliveryRequestAccepted,
  photosQuery,
  photosReceived,
  proofRequest,
  redirectionRequest,
  rescheduleRequest,
} from '../self-service/schema.ts';
import {
  choices,
  liveEvent,
  merchantNeeded,
  orderParcels,
  orderQuery,
  publicTrack,
} from './schema.ts';

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
  410: {
    description: 'By a personal link that has run out, or whose parcel was deleted.',
    mediaType: 'text/html',
  },
} as const;
const LIVE = {
  200: {
    description:
      'Server-sent events `status` and `edd`, the present state first; `gone` when nobody follows the parcel any more.',
    mediaType: 'text/event-stream',
    schema: liveEvent,
  },
  300: { description: 'Several carriers know the number.', schema: choices },
} as const;

const BY_LINK =
  'By the personal link of a message: `t` of its address, here in the body or the query. Takes the form of the page or JSON. The same request sent twice is one; whether it comes true the carrier reports.';
const TOKEN = 'The signed link’s token, where it does not stand in the query.';
const SELF_SERVICE_ANSWERS = {
  202: { description: 'Somebody has it.', schema: deliveryRequestAccepted },
  303: { description: 'Forms: back to the page, which says how it stands.' },
} as const;
const SELF_SERVICE_ERRORS = [
  'link_refused',
  'link_expired',
  'not_found',
  'conflict',
  'not_offered',
  'redirect_refused',
  'carrier_unavailable',
] as const;

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
    id: 'rescheduleByLink',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/reschedule',
    tag: 'Public',
    summary: 'The recipient wants it on another day',
    description: BY_LINK,
    params: CARRIER,
    body: rescheduleRequest,
    form: {
      t: TOKEN,
      date: 'One of the days that are offered.',
      window: 'Of the day.',
      instructions: 'For the driver.',
    },
    answers: SELF_SERVICE_ANSWERS,
    errors: SELF_SERVICE_ERRORS,
    example: { t: 'token-of-the-link', date: '2026-03-14', window: 'morning' },
  }),
  operation({
    id: 'redirectByLink',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/redirect',
    tag: 'Public',
    summary: 'The recipient wants to fetch it elsewhere',
    description: BY_LINK,
    params: CARRIER,
    body: redirectionRequest,
    form: { t: TOKEN, kind: '`pickup_point` or `hold_at_facility`.', point_id: 'Of the point.' },
    answers: SELF_SERVICE_ANSWERS,
    errors: SELF_SERVICE_ERRORS,
    example: { t: 'token-of-the-link', kind: 'pickup_point', point_id: 'P-1' },
  }),
  operation({
    id: 'confirmAddressByLink',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/confirm-address',
    tag: 'Public',
    summary: 'The recipient confirms or corrects the address',
    description: BY_LINK,
    params: CARRIER,
    body: addressRequest,
    form: { t: TOKEN, action: '`confirm`, or `correct` with the fields of an address.' },
    answers: SELF_SERVICE_ANSWERS,
    errors: SELF_SERVICE_ERRORS,
    example: { t: 'token-of-the-link', action: 'confirm' },
  }),
  operation({
    id: 'seeProofByLink',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/proof',
    tag: 'Public',
    summary: 'The recipient sees the proof of delivery',
    description:
      'For the holder of a personal link who agrees to see it, where the merchant offers it; see docs/merchants.md. Kept by no cache.',
    params: CARRIER,
    body: proofRequest,
    form: { t: TOKEN, proof: 'Id of the proof.', consent: '`yes`.' },
    answers: { 200: { description: 'The document.', mediaType: 'application/pdf' } },
    errors: ['link_refused', 'link_expired', 'not_found', 'rate_limited'],
    example: { t: 'token-of-the-link', consent: 'yes' },
  }),
  operation({
    id: 'showSubscribeForm',
    method: 'GET',
    path: '/track/:carrier/:tracking_number/subscribe',
    tag: 'Public',
    summary: 'The page with the form for messages about the parcel',
    pages: true,
    params: CARRIER,
    answers: { 200: { description: 'The form.', mediaType: 'text/html' } },
    errors: ['not_found'],
  }),
  operation({
    id: 'sendPhotosByLink',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/photos',
    tag: 'Public',
    summary: 'The recipient shows what arrived damaged',
    description:
      'By the personal link of a message. One photo as it is, with `t` in the query; or the form of the page, `multipart/form-data` with `t` before at most 5 photos. Kept as evidence with the case of the damage, which it opens where there is none: at most 10 of one parcel, until 14 days after delivery.',
    params: CARRIER,
    query: photosQuery,
    file: {
      mediaTypes: ['image/jpeg', 'image/png', 'image/webp'],
      bytesMax: EVIDENCE_BYTES_MAX,
      description: 'A photo as it is, 8 MiB at most; its bytes tell what it is.',
    },
    answers: {
      201: { description: 'Kept with the case.', schema: photosReceived },
      303: { description: 'Forms: back to the page, which says how many there are.' },
    },
    errors: ['link_refused', 'link_expired', 'conflict', 'not_offered', 'bad_request'],
  }),
  operation({
    id: 'subscribeOnPage',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/subscribe',
    tag: 'Public',
    summary: 'The form of the page for messages about the parcel',
    description:
      'Takes the fields of a form and answers with a page. Programs use `POST /notifications/subscribe`.',
    pages: true,
    params: CARRIER,
    answers: {
      202: { description: 'A mail to confirm is on its way.', mediaType: 'text/html' },
      409: { description: 'Messages cannot be ordered now.', mediaType: 'text/html' },
      422: { description: 'That is no mail address.', mediaType: 'text/html' },
    },
    form: { address: 'A mail address.', every: '`yes`: of each step.' },
  }),
  operation({
    id: 'getWidgetScript',
    method: 'GET',
    path: '/widget.js',
    tag: 'Public',
    summary: 'The look-up for pages of your own',
    answers: {
      200: { description: 'Defines `<waybill-lookup>`.', mediaType: 'text/javascript' },
      304: { description: 'Nothing new since that ETag.' },
    },
  }),
  operation({
    id: 'showWidget',
    method: 'GET',
    path: '/widget',
    tag: 'Public',
    summary: 'How to put the look-up on a page of your own',
    answers: { 200: { description: 'What to copy, and how it looks.', mediaType: 'text/html' } },
  }),
  operation({
    id: 'enter',
    method: 'GET',
    path: '/',
    tag: 'Public',
    summary: 'The way in for browsers',
    answers: {
      200: {
        description:
          'For a browser on the machine itself (as `/ops` tells it): demo parcels, console, documents.',
        mediaType: 'text/html',
      },
      303: { description: 'To `/track`, for who accepts HTML; nothing for others.' },
    },
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
