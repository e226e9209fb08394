import { operation } from '../../kit/operation.ts';
import { driverShift, driverShiftAnswer, enrol, enrolled } from './schema.ts';

export const enrolDeviceOperation = operation({
  id: 'enrolDevice',
  method: 'POST',
  path: '/driver/enrol',
  tag: "Drivers' app",
  summary: 'Turn an enrolment code into a device key',
  description:
    'A courier has one device at a time: this one takes over, and the earlier one is told on its next request.',
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
  summary: 'Begin or end the shift',
  device: true,
  body: driverShift,
  answers: { 200: { description: 'As it is now.', schema: driverShiftAnswer } },
  example: { shift: 'on', shift_ends_at: '2026-03-10T18:00:00+01:00' },
});

/** In the order in which the docs list them. */
export const driverOperations = [enrolDeviceOperation, driverShiftOperation];
