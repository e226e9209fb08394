import { expect, it, vi } from 'vitest';
import { createLog } from '../../../platform/observability/log.ts';
import { manualTimers } from '../../../platform/work/test-timers.ts';
import { COURIERS_CHANNEL } from '../route/notices.sql.ts';
import { createCourierWatch } from './watch-couriers.ts';

it('a route that cannot be read does not delay other phones, and is read again', async () => {
  const timers = manualTimers();
  let broken = false;
  let changed: (courierId: string | null) => void = () => {};
  const watch = createCourierWatch({
    async route(_, courierId) {
      if (courierId === 'c-1' && broken) throw new Error('cannot be read');
      return null;
    },
    offers: async () => [],
    states: async (ids) => new Map(ids.map((id) => [id, { kind: 'active' }])),
    listener: {
      on(channel, listener) {
        if (channel === COURIERS_CHANNEL) changed = listener;
        return () => {};
      },
    },
    timers,
    log: createLog({ level: 'silent' }),
  });
  const notified: string[] = [];
  const tenant = { merchantId: 'm-1', mode: 'test' } as const;
  for (const courierId of ['c-1', 'c-2', 'c-3']) {
    watch.watch({ tenant, courierId, deviceId: `d of ${courierId}` }, ({ kind }) => {
      if (kind !== 'offers') notified.push(courierId);
    });
  }
  await vi.waitFor(() => expect(notified).toEqual(['c-1', 'c-2', 'c-3']));
  broken = true;
  changed(null);
  await vi.waitFor(() => expect(notified).toEqual(['c-1', 'c-2', 'c-3', 'c-2', 'c-3']));
  await vi.waitFor(() => expect(timers.set).toBe(2));
  broken = false;
  timers.elapse();
  await vi.waitFor(() => expect(notified.slice(5)).toEqual(['c-1']));
  await watch.close();
});
