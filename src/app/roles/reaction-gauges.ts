import { Gauge } from 'prom-client';
import type { Machines } from '../../platform/machines.ts';
import { caseFigures } from '../../reactions/exceptions/index.ts';
import { countEverybodysEndpoints } from '../../reactions/merchant-webhooks/index.ts';
import { unsettledNotifications } from '../../reactions/notifications/index.ts';
import { countShops, SHOP_STATES } from '../../shops/index.ts';

/** Registers gauges of the items that wait for somebody, counted at each scrape. */
export function registerReactionGauges({
  metrics,
  database,
  clock,
}: Pick<Machines, 'metrics' | 'database' | 'clock'>): void {
  const registers = [metrics];
  const { pipeline } = database;
  new Gauge({
    name: 'waybill_notifications',
    help: 'Messages that are waiting, given up, or possibly sent, by state; counted up to 10000.',
    labelNames: ['state'],
    registers,
    async collect() {
      for (const [state, count] of Object.entries(await unsettledNotifications(pipeline))) {
        this.set({ state }, count);
      }
    },
  });
  new Gauge({
    name: 'waybill_exceptions',
    help: 'Open exceptions, and those of them past their deadline.',
    labelNames: ['state'],
    registers,
    async collect() {
      const { open, overdue } = await caseFigures(pipeline, clock.nowMs());
      this.set({ state: 'open' }, open);
      this.set({ state: 'overdue' }, overdue);
    },
  });
  new Gauge({
    name: 'waybill_webhook_endpoints',
    help: "Merchants' endpoints that are failing, or were disabled after failures.",
    labelNames: ['state'],
    registers,
    async collect() {
      const { failing, disabled } = await countEverybodysEndpoints({ db: database });
      this.set({ state: 'failing' }, failing);
      this.set({ state: 'disabled' }, disabled);
    },
  });
  new Gauge({
    name: 'waybill_shops',
    help: "Merchants' shops by platform and state; those disabled were so by the hub after failures.",
    labelNames: ['platform', 'state'],
    registers,
    async collect() {
      const counts = await countShops(pipeline);
      this.reset();
      // A state without shops is 0, so that the first one in it is an increase.
      for (const platform of new Set(counts.map((each) => each.platform))) {
        for (const state of SHOP_STATES) this.set({ platform, state }, 0);
      }
      for (const { count, ...labels } of counts) this.set(labels, count);
    },
  });
}
