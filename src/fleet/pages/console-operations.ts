import { common, FORM, form, page, toSignIn } from '../../http/console/operators/operations.ts';
import { operation } from '../../http/kit/operation.ts';

const COURIER = { id: 'The courier.' };

const DELIVERY = { id: 'The delivery.' };
const dispatchPages = [
  operation({
    ...common,
    id: 'readDispatchBoard',
    method: 'GET',
    path: '/ops/dispatch',
    summary: 'Deliveries of all merchants that are not over, what waits first',
    answers: { 200: page, ...toSignIn },
  }),
  operation({
    ...common,
    id: 'watchDispatchBoard',
    method: 'GET',
    path: '/ops/dispatch/live',
    summary: 'That the board has changed, as server-sent events',
    answers: { 200: { description: 'Events.', mediaType: 'text/event-stream' }, ...toSignIn },
    errors: ['overloaded'],
  }),
  operation({
    ...common,
    id: 'readDispatchDelivery',
    method: 'GET',
    path: '/ops/dispatch/:id',
    summary: 'One delivery: who was asked and why',
    params: DELIVERY,
    answers: { 200: page, ...toSignIn },
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'assignFromBoard',
    method: 'POST',
    path: '/ops/dispatch/:id/assign',
    summary: 'Give a delivery to a courier, or offer it anew',
    params: DELIVERY,
    answers: form,
    form: FORM,
    errors: ['not_found', 'invalid', 'conflict'],
  }),
  operation({
    ...common,
    id: 'pauseFromBoard',
    method: 'POST',
    path: '/ops/dispatch/pauses',
    summary: 'Ask nobody for deliveries from an area',
    answers: form,
    form: FORM,
    errors: ['invalid', 'conflict'],
  }),
  operation({
    ...common,
    id: 'resumeFromBoard',
    method: 'POST',
    path: '/ops/dispatch/pauses/:id/end',
    summary: 'Ask couriers again',
    params: { id: 'The pause.' },
    answers: form,
    form: FORM,
    errors: ['not_found'],
  }),
];

/** The fleet's pages of the operators' console. */
export const fleetConsoleOperations = [
  ...dispatchPages,
  operation({
    ...common,
    id: 'readCouriers',
    method: 'GET',
    path: '/ops/couriers',
    summary: 'Couriers of all merchants',
    answers: { 200: page, 403: page, ...toSignIn },
  }),
  operation({
    ...common,
    id: 'readCourier',
    method: 'GET',
    path: '/ops/couriers/:id',
    summary: 'One courier, with route and phones',
    params: COURIER,
    answers: { 200: page, 403: page, ...toSignIn },
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'showEnrolmentOfCourier',
    method: 'POST',
    path: '/ops/couriers/:id/enrolment',
    summary: 'Show a QR code to enrol a phone with',
    params: COURIER,
    answers: { 200: page, ...form },
    form: FORM,
    errors: ['not_found'],
  }),
  ...(
    [
      ['revokePhoneOfCourier', 'revoke', 'Revoke a phone'],
      ['handOverFromCourier', 'handover', 'Give the parcels to a colleague'],
      ['handInFromCourier', 'handin', 'Take the parcels in at a building'],
    ] as const
  ).map(([id, name, summary]) =>
    operation({
      ...common,
      id,
      method: 'POST',
      path: `/ops/couriers/:id/${name}`,
      summary,
      params: COURIER,
      answers: form,
      form: FORM,
      errors: ['not_found', 'invalid', 'conflict'],
    }),
  ),
  operation({
    ...common,
    id: 'readLiveMap',
    method: 'GET',
    path: '/ops/fleet',
    summary: 'Live map of the couriers of all merchants who are on shift',
    answers: { 200: page, ...toSignIn },
  }),
  operation({
    ...common,
    id: 'watchLiveMap',
    method: 'GET',
    path: '/ops/fleet/live',
    summary: 'Couriers of the live map as they move, as server-sent events',
    answers: { 200: { description: 'Events.', mediaType: 'text/event-stream' }, ...toSignIn },
    errors: ['overloaded'],
  }),
];
