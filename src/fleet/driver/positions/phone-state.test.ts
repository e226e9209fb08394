import { expect, it } from 'vitest';
import type { TransportRequest } from '../ports.ts';
import type { Enrolment } from '../stored.ts';
import { createPhoneState } from './phone-state.ts';

const ENROLMENT: Enrolment = {
  hub: 'https://hub.example',
  deviceKey: 'wbd_x',
  revoked: null,
  courier: {
    id: 'cou_1',
    name: 'Ada',
    vehicle: 'van',
    time_zone: null,
    shift: 'on',
    shift_ends_at: null,
  },
};

it('a phone reports once what keeps it from locating itself, and again when there is a network', async () => {
  const sent: TransportRequest[] = [];
  const timers: (() => void)[] = [];
  let isOnline = true;
  const phone = createPhoneState({
    readEnrolment: async () => ENROLMENT,
    timer: { set: (work) => timers.push(work), clear: () => {} },
    async transport(request) {
      if (!isOnline) throw new Error('no network');
      sent.push(request);
      return { status: 204, header: () => null, text: '' };
    },
  });
  await phone.report('on');
  expect(sent).toEqual([]);
  await phone.report('denied');
  await phone.report('denied');
  expect(sent).toMatchObject([
    { method: 'POST', url: 'https://hub.example/v1/driver/phone', json: { location: 'denied' } },
  ]);
  isOnline = false;
  await phone.report('on');
  expect([sent.length, timers.length]).toEqual([1, 1]);
  isOnline = true;
  timers[0]?.();
  await expect.poll(() => sent.length).toBe(2);
  expect(sent[1]?.json).toEqual({ location: 'on' });
});
