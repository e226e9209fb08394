import { addedProofs, PROOF_FORM } from '../../../http/api/proofs/schema.ts';
import { SENT_AT_HEADER } from '../../../http/api/scans/results.ts';
import { operation } from '../../../http/kit/operation.ts';
import { DRIVER_EVENTS_MAX } from '../../couriers/index.ts';
import { driverEvents, driverResults } from './event-schema.ts';
import { driverLiveEvent } from './live-schema.ts';
import { driverPushOperations } from './push-operations.ts';
import { driverRoute } from './route-schema.ts';
import { driverPhone, driverShift, driverShiftAnswer, enrol, enrolled } from './schema.ts';

export const enrolDeviceOperation = operation({
  id: 'enrolDriverDevice',
  method: 'POST',
  path: '/driver/enrol',
  tag: "Drivers' app",
  summary: 'Exchange an enrolment code for a device key',
  description:
    'A courier has one device at a time: this one takes over, and the earlier one gets an error on its next request.',
  body: enrol,
  answers: { 201: { description: 'Enrolled.', schema: enrolled } },
  errors: ['enrolment_refused', 'rate_limited'],
  example: { code: '7K3MQ-XN42D', device: { name: 'Pixel 6a', platform: 'Android 14' } },
});

export const driverShiftOperation = operation({
  id: 'setDriverShift',
  method: 'POST',
  path: '/driver/shift',
  tag: "Drivers' app",
  summary: 'Start or end the shift',
  device: true,
  headers: { 'Waybill-Sent-At': "What the device's clock shows. Its offset is taken off `at`." },
  body: driverShift,
  answers: { 200: { description: 'As it is now.', schema: driverShiftAnswer } },
  example: {
    shift: 'on',
    shift_ends_at: '2026-03-10T18:00:00+01:00',
    at: '2026-03-10T07:30:00+01:00',
  },
});

export const driverRouteOperation = operation({
  id: 'getDriverRoute',
  method: 'GET',
  path: '/driver/route',
  tag: "Drivers' app",
  summary: "Get today's stops in order",
  description:
    'First what the merchant put on the list, in its order; then what was loaded without being on it, the last first, because what went into the van last comes out first. What is done today stays at its place.',
  device: true,
  answers: { 200: { description: 'The route.', schema: driverRoute } },
});

export const driverEventsOperation = operation({
  id: 'sendDriverEvents',
  method: 'POST',
  path: '/driver/events',
  tag: "Drivers' app",
  summary: `Send up to ${DRIVER_EVENTS_MAX} scans, statuses and notes`,
  description:
    'Oldest first. Answered once they are on disk, with a result for each in the same order. An id that came before changes nothing. A scan is a fact and is refused only for its form and for who has the parcel; a status is a command and obeys the table. Times in the future are corrected, never refused.',
  device: true,
  headers: {
    [SENT_AT_HEADER]:
      "The device's own time at sending, ISO 8601 with an offset. If its clock is wrong, the times of the events are corrected by as much.",
  },
  body: driverEvents,
  answers: { 200: { description: 'A result for each event.', schema: driverResults } },
  errors: ['overloaded'],
  example: [
    {
      id: '5f0c2f5e-6f1c-4a53-9a3b-0d8f5a1b2c3d',
      type: 'scan',
      at: '2026-03-10T08:02:11+01:00',
      tracking_number: 'WB31415926535897',
      code: 'LOAD',
    },
  ],
});

export const driverProofOperation = operation({
  id: 'addDriverProof',
  method: 'POST',
  path: '/driver/proofs',
  tag: "Drivers' app",
  summary: 'Add proof of delivery from a phone',
  description:
    'For parcels that the courier has. Sent again by its `id`, it changes nothing. A wrong PIN loses nothing else: the answer says so, and what is missing. Send it before the delivery that it is for.',
  device: true,
  headers: { 'Waybill-Sent-At': "What the device's clock shows. Its offset is taken off `at`." },
  multipart: PROOF_FORM,
  answers: {
    201: { description: 'Kept.', schema: addedProofs },
    200: { description: 'It was here already, by its `id`.', schema: addedProofs },
  },
  errors: ['not_found', 'conflict', 'invalid'],
});

export const driverLiveOperation = operation({
  id: 'streamDriverUpdates',
  method: 'GET',
  path: '/driver/live',
  tag: "Drivers' app",
  summary: 'Stream changes for the driver',
  description:
    'A stream of server-sent events: `route` with the revision of the route as it is, and again with each change, whoever made it; `offers` with the deliveries that are offered to the courier, at the beginning and with each change; `ended` when the key is no longer valid, and then the stream ends. Send the last id as Last-Event-ID when you reconnect: what you have is not sent. A comment every 20 seconds keeps the connection open. A device that opens more than four streams loses the oldest.',
  device: true,
  answers: {
    200: { description: 'The stream.', mediaType: 'text/event-stream', schema: driverLiveEvent },
  },
  errors: ['overloaded'],
});

export const driverPhoneOperation = operation({
  id: 'reportDriverPhone',
  method: 'POST',
  path: '/driver/phone',
  tag: "Drivers' app",
  summary: "Report a phone's location settings",
  description:
    'The dispatcher sees it until the next position comes. Send it when the phone cannot or may not tell where it is any more, and when it can again.',
  device: true,
  body: driverPhone,
  answers: { 204: { description: 'Kept.' } },
  example: { location: 'off', battery: 12 },
});

/** In the order the docs list them. */
export const driverOperations = [
  enrolDeviceOperation,
  driverRouteOperation,
  driverLiveOperation,
  driverShiftOperation,
  driverEventsOperation,
  driverProofOperation,
  driverPhoneOperation,
  ...driverPushOperations,
];
