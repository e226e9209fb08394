import { operation } from '../../../http/kit/operation.ts';
import { courierFilter, courierPage } from './list-schema.ts';
import { courier, courierChange, deviceList, enrolment, newCourier } from './schema.ts';

const params = { id: 'The courier.' };

export const createCourierOperation = operation({
  id: 'createCourier',
  method: 'POST',
  path: '/couriers',
  tag: 'Couriers',
  summary: 'Add a courier',
  description: 'Name, phone and your own number are stored encrypted.',
  scope: 'couriers:write',
  body: newCourier,
  answers: { 201: { description: 'Added.', schema: courier } },
  example: { name: 'Ada Example', phone: '+4915112345678', vehicle: 'van', external_id: 'E-77' },
});

export const listCouriersOperation = operation({
  id: 'listCouriers',
  method: 'GET',
  path: '/couriers',
  tag: 'Couriers',
  summary: 'List couriers, all or near a place',
  description:
    'With `near`, couriers who are on shift and whose position is known, the nearest first, with `position` and `distance_m`. It goes neither with `cursor` nor with other filters.',
  scope: 'couriers:read',
  query: courierFilter,
  answers: { 200: { description: 'A page, oldest first.', schema: courierPage } },
});

export const getCourierOperation = operation({
  id: 'getCourier',
  method: 'GET',
  path: '/couriers/:id',
  tag: 'Couriers',
  summary: 'Get a courier',
  scope: 'couriers:read',
  params,
  answers: { 200: { description: 'The courier.', schema: courier } },
  errors: ['not_found'],
});

export const patchCourierOperation = operation({
  id: 'updateCourier',
  method: 'PATCH',
  path: '/couriers/:id',
  tag: 'Couriers',
  summary: 'Update a courier, or start or end a shift',
  scope: 'couriers:write',
  params,
  body: courierChange,
  answers: { 200: { description: 'As it is now.', schema: courier } },
  errors: ['not_found'],
  example: { shift: 'on', shift_ends_at: '2026-03-10T18:00:00+01:00' },
});

export const deleteCourierOperation = operation({
  id: 'deleteCourier',
  method: 'DELETE',
  path: '/couriers/:id',
  tag: 'Couriers',
  summary: 'Remove a courier',
  description:
    'Erases the courier with phones, route and messages. Refused while the courier has parcels: hand them over first.',
  scope: 'couriers:write',
  params,
  answers: { 204: { description: 'Removed.' } },
  errors: ['not_found'],
});

export const enrolCourierOperation = operation({
  id: 'createCourierEnrolment',
  method: 'POST',
  path: '/couriers/:id/enrolments',
  tag: 'Couriers',
  summary: 'Create a code to enrol a phone',
  description:
    'Works once, for 15 minutes, in place of earlier codes of this courier. The console shows it as a QR code.',
  scope: 'couriers:write',
  params,
  answers: { 201: { description: 'The code. It is shown only this once.', schema: enrolment } },
  errors: ['not_found'],
});

export const listDevicesOperation = operation({
  id: 'listCourierDevices',
  method: 'GET',
  path: '/couriers/:id/devices',
  tag: 'Couriers',
  summary: "List a courier's phones",
  scope: 'couriers:read',
  params,
  answers: { 200: { description: 'The last hundred, newest last.', schema: deviceList } },
  errors: ['not_found'],
});

export const revokeDeviceOperation = operation({
  id: 'revokeCourierDevice',
  method: 'DELETE',
  path: '/couriers/:id/devices/:device_id',
  tag: 'Couriers',
  summary: 'Revoke a phone',
  description:
    'Its key no longer works. What the phone has not sent yet stays on it, and can be sent after the phone has been enrolled again for the same courier.',
  scope: 'couriers:write',
  params: { ...params, device_id: 'The phone.' },
  answers: { 204: { description: 'Revoked.' } },
  errors: ['not_found'],
});

export const revokeDevicesOperation = operation({
  id: 'revokeCourierDevices',
  method: 'DELETE',
  path: '/couriers/:id/devices',
  tag: 'Couriers',
  summary: 'Revoke the phone in use',
  scope: 'couriers:write',
  params,
  answers: { 204: { description: 'Revoked, or there was none.' } },
  errors: ['not_found'],
});

/** In the order the docs list them. */
export const courierOperations = [
  createCourierOperation,
  listCouriersOperation,
  getCourierOperation,
  patchCourierOperation,
  deleteCourierOperation,
  enrolCourierOperation,
  listDevicesOperation,
  revokeDeviceOperation,
  revokeDevicesOperation,
];
