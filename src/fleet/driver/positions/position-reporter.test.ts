import { describe, expect, it } from 'vitest';
import { processLock } from '../indexed-db.ts';
import type { TransportAnswer, TransportRequest } from '../ports.ts';
import { type Enrolment, keysOf, memoryStorage } from '../stored.ts';
import {
  createPhoneState,
  createPositionReporter,
  type StoredPosition,
} from './position-reporter.ts';

describe('position reporter', () => {
  const ENROLMENT: Enrolment = {
    hub: 'https://hub.example',
    deviceKey: 'wbd_x',
    courier: {
      id: 'cou_1',
      name: 'Ada',
      vehicle: 'van',
      time_zone: null,
      shift: 'on',
      shift_ends_at: null,
    },
    revoked: null,
  };

  /** A phone whose timers the test runs. */
  function phone() {
    const requests: TransportRequest[] = [];
    const timers = new Map<number, () => void>();
    let timerNr = 0;
    const state = { answer: 202, enrolment: ENROLMENT, isShiftAhead: false };
    const storage = memoryStorage();
    const reporter = createPositionReporter({
      storage,
      keys: keysOf('cou_1'),
      lock: processLock(),
      now: () => 1_773_144_000_000,
      newId: () => 'id',
      random: () => 0,
      timer: {
        set(work) {
          timerNr += 1;
          timers.set(timerNr, work);
          return timerNr;
        },
        clear: (handle) => void timers.delete(handle as number),
      },
      readEnrolment: async () => state.enrolment,
      isShiftAhead: async () => state.isShiftAhead,
      async transport(request): Promise<TransportAnswer> {
        requests.push(request);
        if (state.answer === 0) throw new Error('no network');
        const body = state.answer < 300 ? {} : { type: 'x#y', title: 'No' };
        return { status: state.answer, header: () => null, text: JSON.stringify(body) };
      },
    });
    const drive = async (count: number, from = 0) => {
      for (let index = from; index < from + count; index += 1) {
        const fix = { lat: 0, lng: index / 100, accuracyM: 5, speedMS: 14.04, heading: 90 };
        await reporter.report({ atMs: 1_773_100_000_000 + index * 60_000, ...fix }, 80);
      }
    };
    const sent = () => requests.flatMap(({ json }) => json as StoredPosition[]);
    return { reporter, state, timers, drive, sent, requests, storage };
  }

  describe('positions', () => {
    it('wait a moment, go together, and leave the phone when the hub has them', async () => {
      const { reporter, timers, drive, sent, requests } = phone();
      await drive(3);
      expect([timers.size, requests.length]).toEqual([1, 0]);
      await reporter.flush();
      expect(requests).toHaveLength(1);
      expect(sent()[1]).toEqual({
        ts: new Date(1_773_100_060_000).toISOString(),
        lat: 0,
        lng: 0.01,
        accuracy_m: 5,
        speed_kmh: 50.5,
        heading: 90,
        battery: 80,
      });
      expect(await reporter.waiting()).toBe(0);
    });

    it('wait until the hub has the start of the shift', async () => {
      const { reporter, state, drive, requests, timers } = phone();
      state.isShiftAhead = true;
      await drive(2);
      await reporter.flush();
      expect([requests.length, await reporter.waiting()]).toEqual([0, 2]);
      expect(timers.size).toBe(1);
      state.isShiftAhead = false;
      await reporter.flush();
      expect([requests.length, await reporter.waiting()]).toEqual([1, 0]);
    });

    it('wait on the phone while there is no network, in order, and go in batches', async () => {
      const { reporter, state, drive, sent, timers } = phone();
      state.answer = 0;
      await drive(250);
      await reporter.flush();
      expect([await reporter.waiting(), timers.size]).toEqual([250, 1]);
      state.answer = 202;
      const before = sent().length;
      await reporter.flush();
      const times = sent()
        .slice(before)
        .map(({ ts }) => ts);
      expect(times).toHaveLength(250);
      expect(times).toEqual([...times].sort());
      expect(await reporter.waiting()).toBe(0);
    });

    it('are thinned out beyond a limit, the older half first', async () => {
      const { reporter, state, drive, storage } = phone();
      state.answer = 0;
      await drive(5_001);
      expect(await reporter.waiting()).toBeLessThanOrEqual(5_000);
      const times = (await storage.list('courier/cou_1/positions/')).map(([key]) => key);
      expect(times[0]).toContain('1773100000000');
      expect(times.at(-1)).toContain(String(1_773_100_000_000 + 5_000 * 60_000));
    });

    it('that are refused leave the phone, and a revoked key sends none', async () => {
      const { reporter, state, drive, requests } = phone();
      state.answer = 422;
      await drive(2);
      await reporter.flush();
      expect(await reporter.waiting()).toBe(0);
      await drive(1, 2);
      const before = requests.length;
      state.enrolment = { ...ENROLMENT, revoked: { code: 'device_revoked', reason: '', fix: '' } };
      await reporter.flush();
      expect([requests.length, await reporter.waiting()]).toEqual([before, 1]);
    });
  });
});

describe('phone state', () => {
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
});
