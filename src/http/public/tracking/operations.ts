import { DOCUMENT_TYPES } from '../../../kernel/wire/document-bytes.ts';
import { EVIDENCE_BYTES_MAX } from '../../../reactions/exceptions/index.ts';
import { PAGE_FILE } from '../../kit/file-types.ts';
import { operation } from '../../kit/operation.ts';
import {
  addressRequest,
  deliveryRequestAccepted,
  photosQuery,
  photosReceived,
  proofRequest,
  redirectionRequest,
  rescheduleRequest,
} from '../personal-link/schema.ts';
import {
  choices,
  foundParcels,
  liveEvent,
  liveQuery,
  merchantNeeded,
  orderQuery,
  publicTrack,
} from './schema.ts';

const NUMBER = { tracking_number: 'As printed. Spaces and dashes do not matter.' };
const CARRIER = { carrier: "The carrier's id, for numbers that several carriers have.", ...NUMBER };
const PAGES =
  'JSON under `/v1`, or if the client prefers JSON to HTML; otherwise a page in the language of `lang` or Accept-Language.';
const TRACK = {
  method: 'GET',
  tag: 'Public',
  description: PAGES,
  pages: true,
  answers: {
    200: { description: 'The parcel.', schema: publicTrack },
    300: { description: 'Several carriers have this number.', schema: choices },
    304: { description: 'Unchanged since that ETag.' },
  },
  errors: ['not_found'],
} as const;
const STREAM = {
  method: 'GET',
  tag: 'Public',
  query: liveQuery,
  answers: {
    200: {
      description:
        'Server-sent events `status` and `edd`, beginning with the current state; `gone` when the parcel is no longer tracked.',
      mediaType: 'text/event-stream',
      schema: liveEvent,
    },
    300: TRACK.answers[300],
  },
  errors: ['not_found'],
} as const;

const TOKEN = "The signed link's token, if it is not in the body.";
/** A recipient's request about a delivery, by a personal link. */
const SELF_SERVICE = {
  method: 'POST',
  tag: 'Public',
  description:
    "Uses a message's personal link: `t` from its URL, in the body or query. Takes the page's form or JSON. Repeated identical requests count once. The carrier reports whether it is carried out.",
  params: CARRIER,
  answers: {
    202: { description: 'The request was passed on.', schema: deliveryRequestAccepted },
    303: { description: "For forms: redirect to the page, which shows the request's state." },
  },
  errors: [
    'link_refused',
    'link_expired',
    'not_found',
    'conflict',
    'not_offered',
    'redirect_refused',
    'carrier_unavailable',
  ],
} as const;

export const publicOperations = [
  operation({
    ...TRACK,
    id: 'trackParcel',
    path: '/track/:tracking_number',
    summary: 'Track a parcel publicly',
    params: NUMBER,
  }),
  operation({
    ...TRACK,
    id: 'trackCarrierParcel',
    path: '/track/:carrier/:tracking_number',
    summary: 'Track a parcel of one carrier publicly',
    params: CARRIER,
  }),
  operation({
    ...STREAM,
    id: 'streamParcel',
    path: '/track/:tracking_number/live',
    summary: 'Stream updates of a parcel',
    params: NUMBER,
  }),
  operation({
    ...STREAM,
    id: 'streamCarrierParcel',
    path: '/track/:carrier/:tracking_number/live',
    summary: 'Stream updates of a parcel of one carrier',
    params: CARRIER,
  }),
  operation({
    id: 'trackOrder',
    method: 'GET',
    path: '/track',
    tag: 'Public',
    summary: 'Track the parcels of an order',
    description: PAGES,
    pages: true,
    query: orderQuery,
    answers: {
      200: {
        description:
          "The order's parcels, or those of several numbers. Without parameters, the page with the form.",
        schema: foundParcels,
      },
      300: {
        description: 'Several shops have such an order: `merchant` is needed.',
        schema: merchantNeeded,
      },
      303: { description: 'Redirect to the page of `number`.' },
    },
    errors: ['invalid', 'not_found'],
  }),
  operation({
    ...SELF_SERVICE,
    id: 'rescheduleDelivery',
    path: '/track/:carrier/:tracking_number/reschedule',
    summary: 'Request another delivery day',
    body: rescheduleRequest,
    form: {
      t: TOKEN,
      date: 'One of the offered days.',
      window: 'The time of day.',
      instructions: 'Instructions for the driver.',
    },
    example: { t: 'token-of-the-link', date: '2026-03-14', window: 'morning' },
  }),
  operation({
    ...SELF_SERVICE,
    id: 'redirectDelivery',
    path: '/track/:carrier/:tracking_number/redirect',
    summary: 'Request delivery to a pickup point',
    body: redirectionRequest,
    form: {
      t: TOKEN,
      kind: '`pickup_point` or `hold_at_facility`.',
      point_id: "The pickup point's id.",
    },
    example: { t: 'token-of-the-link', kind: 'pickup_point', point_id: 'P-1' },
  }),
  operation({
    ...SELF_SERVICE,
    id: 'confirmAddress',
    path: '/track/:carrier/:tracking_number/confirm-address',
    summary: 'Confirm or correct the delivery address',
    body: addressRequest,
    form: { t: TOKEN, action: '`confirm`, or `correct` with the fields of an address.' },
    example: { t: 'token-of-the-link', action: 'confirm' },
  }),
  operation({
    id: 'getProofByLink',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/proof',
    tag: 'Public',
    summary: 'Get the proof of delivery as the recipient',
    description:
      'For holders of a personal link who agree to see it, if the merchant offers it (docs/merchants.md). Never cached.',
    params: CARRIER,
    body: proofRequest,
    form: { t: TOKEN, proof: "The proof's id, or `proof_document`.", consent: '`yes`.' },
    answers: {
      200: {
        description: 'The proof with that id, or all of them as one PDF.',
        mediaType: 'application/pdf',
        otherTypes: DOCUMENT_TYPES.filter((type) => type !== 'application/pdf'),
      },
    },
    errors: ['link_refused', 'link_expired', 'not_found', 'rate_limited'],
    example: { t: 'token-of-the-link', consent: 'yes' },
  }),
  operation({
    id: 'showSubscribeForm',
    method: 'GET',
    path: '/track/:carrier/:tracking_number/subscribe',
    tag: 'Page',
    summary: 'Page: subscribe to a parcel',
    pages: true,
    params: CARRIER,
    answers: { 200: { description: 'The form.', mediaType: 'text/html' } },
    errors: ['not_found'],
  }),
  operation({
    id: 'uploadDamagePhotos',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/photos',
    tag: 'Public',
    summary: 'Upload photos of damage',
    pages: true,
    description:
      "Uses a message's personal link. Send one raw photo with `t` in the query, or the page's form: `multipart/form-data` with `t` before at most 5 photos. Photos become evidence in the damage case, which is opened if there is none: at most 10 per parcel, until 14 days after delivery.",
    params: CARRIER,
    query: photosQuery,
    file: {
      mediaTypes: ['image/jpeg', 'image/png', 'image/webp'],
      bytesMax: EVIDENCE_BYTES_MAX,
      description: 'A raw photo, at most 8 MiB. Its type is detected from its bytes.',
    },
    answers: {
      201: { description: 'Stored with the case.', schema: photosReceived },
      303: { description: 'For forms: redirect to the page, which shows how many there are.' },
    },
    errors: ['link_refused', 'link_expired', 'conflict', 'not_offered', 'bad_request'],
  }),
  operation({
    id: 'subscribeOnPage',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/subscribe',
    tag: 'Page',
    summary: 'Submit the subscription form',
    description:
      'Takes form fields and returns a page. Programs use `POST /notifications/subscribe`.',
    pages: true,
    params: CARRIER,
    answers: {
      202: {
        description:
          'A confirmation request or, by SMS, a code was sent if the address may get one; for a code the page asks.',
        mediaType: 'text/html',
      },
      409: { description: 'Subscribing is not possible now.', mediaType: 'text/html' },
      422: { description: 'The address is not valid.', mediaType: 'text/html' },
    },
    form: {
      channel: '`email`, `sms` or `push`; `email` if absent.',
      address: 'An email address, a phone number or what a browser says of its push subscription.',
      every: '`yes`: notify of every step.',
    },
  }),
  operation({
    id: 'enterCodeOnPage',
    method: 'POST',
    path: '/track/:carrier/:tracking_number/subscribe/code',
    tag: 'Page',
    summary: 'Submit the code from an SMS',
    description:
      'Takes form fields and returns a page. A code is good for 15 minutes and five tries; the answer is the same whether or not the number is known.',
    pages: true,
    params: CARRIER,
    answers: {
      200: { description: 'The subscription begins.', mediaType: 'text/html' },
      422: { description: 'It is not the code, or not valid any more.', mediaType: 'text/html' },
      429: { description: 'Too many codes came from this address.', mediaType: 'text/html' },
    },
    form: {
      ticket: 'The one in the form.',
      code: 'Six digits; spaces and hyphens are left out.',
    },
  }),
  operation({
    id: 'getWidgetScript',
    method: 'GET',
    path: '/widget.js',
    tag: 'Page',
    summary: 'Look-up widget for your own pages',
    answers: {
      200: { description: 'Defines `<waybill-lookup>`.', mediaType: 'text/javascript' },
      304: { description: 'Unchanged since that ETag.' },
    },
  }),
  operation({
    id: 'showWidget',
    method: 'GET',
    path: '/widget',
    tag: 'Page',
    summary: 'How to embed the look-up widget',
    answers: {
      200: { description: 'The snippet to copy, with a preview.', mediaType: 'text/html' },
    },
  }),
  operation({
    id: 'enter',
    method: 'GET',
    path: '/',
    tag: 'Page',
    summary: 'Start page',
    answers: {
      200: {
        description:
          'For a browser on the machine itself (where the first key opens the console): demo parcels, console, documents.',
        mediaType: 'text/html',
      },
      303: { description: 'Redirects clients that accept HTML to `/track`.' },
    },
    errors: ['not_found'],
  }),
  operation({
    id: 'getRobots',
    method: 'GET',
    path: '/robots.txt',
    tag: 'Page',
    summary: 'robots.txt',
    answers: { 200: { description: 'Excludes parcels and the API.', mediaType: 'text/plain' } },
  }),
  operation({
    id: 'getFavicon',
    method: 'GET',
    path: '/favicon.ico',
    tag: 'Page',
    summary: 'Icon of the pages',
    answers: { 200: { description: 'For browser tabs.', mediaType: 'image/x-icon' } },
  }),
  operation({
    id: 'getAsset',
    method: 'GET',
    path: '/assets/:file',
    tag: 'Page',
    summary: 'Style sheet and script of the pages',
    params: { file: 'The file name, which contains a hash of the content.' },
    answers: { 200: { description: 'The file; it never changes.', ...PAGE_FILE } },
    errors: ['not_found'],
  }),
];
