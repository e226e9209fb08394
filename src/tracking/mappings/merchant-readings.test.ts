import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../kernel/tenant.ts';
import { createLog } from '../../platform/observability/log.ts';
import { registerShipment } from '../commands/register.ts';
import { body, publicTrackOf, startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { explainShipment, viewShipment } from '../views/view.ts';
import type { ActiveMappings } from './active-mappings.ts';
import { openActiveMappings } from './open-active-mappings.ts';

/** HUB is an exception for the hub's first merchant, and reads as before for everybody else. */
const OWN_RULES =
  'carrier: acme\nrules:\n  - { match: { event: HUB }, status: exception, reason: stuck }\n';
const OTHER: Tenant = { merchantId: '00000000-0000-7000-8000-00000000000f', mode: 'test' };

let hub: TestTracking;
let mappings: ActiveMappings;

beforeEach(async () => {
  hub = await startAcme({
    forMerchant: (base, merchantId) => mappings.forMerchant(base, merchantId),
    mappingOf: (carrier, version) => mappings.load(carrier, version),
  });
  const base = hub.deps.mapping('acme');
  if (base === null) throw new Error('acme has a mapping');
  mappings = await openActiveMappings({
    db: hub.db,
    files: { current: () => base, problems: () => [], onChange: () => () => {} },
    carriers: [base.carrier],
    listener: null,
    clock: hub.clock,
    log: createLog({ level: 'silent' }),
  });
  await mappings.putOverlay('acme', hub.tenant.merchantId, OWN_RULES, { by: 'test', why: '' });
  const text = `insert into merchants (id, slug, name) values ($1, 'other', 'Other')`;
  await hub.db.pipeline.query(text, [OTHER.merchantId]);
});

afterEach(async () => {
  await mappings.close();
  await hub.close();
});

async function other(number: string): Promise<string> {
  const { shipment } = await registerShipment(hub.deps, OTHER, {
    carrier: 'acme',
    trackingNumber: number,
  });
  return shipment.id;
}

async function own(number: string): Promise<string> {
  return (await hub.register({ carrier: 'acme', trackingNumber: number })).shipment.id;
}

async function ingestHub(number: string, at = '2026-03-09T08:00:00'): Promise<void> {
  const push = body({ number, events: [{ code: 'HUB', at }] });
  await hub.receive({ carrier: 'acme', body: push });
}

async function statusOf(tenant: Tenant, id: string): Promise<string | undefined> {
  return (await viewShipment(hub.deps, tenant, id))?.shipment.state.status;
}

describe("a merchant's own rules", () => {
  it("read that merchant's parcels and nobody else's, whoever registered first", async () => {
    for (const number of ['M1', 'M2']) {
      const first = number === 'M1' ? own : other;
      const second = number === 'M1' ? other : own;
      const ids = [await first(number), await second(number)];
      await ingestHub(number);
      const [mine = '', theirs = ''] = number === 'M1' ? ids : ids.reverse();
      expect(await statusOf(hub.tenant, mine)).toBe('exception');
      expect(await statusOf(OTHER, theirs)).toBe('at_facility');
    }
  });

  it('do not change the page that several merchants share, in any order of arrival', async () => {
    await own('P1');
    await ingestHub('P1');
    expect(await publicTrackOf(hub, 'P1')).toMatchObject({ status: 'exception' });
    await other('P1');
    await ingestHub('P1', '2026-03-09T09:00:00');
    await other('P2');
    await own('P2');
    await ingestHub('P2');
    for (const number of ['P1', 'P2']) {
      const page = await publicTrackOf(hub, number);
      expect(page).toMatchObject({ status: 'at_facility', sub_status: null });
      expect(JSON.stringify(page)).not.toContain('exception');
    }
  });

  it('read reports from before that merchant registered the number', async () => {
    await ingestHub('L1');
    expect(await statusOf(hub.tenant, await own('L1'))).toBe('exception');
  });

  it('are named where the reading is explained, and so are everybody’s', async () => {
    const [mine, theirs] = [await own('E1'), await other('E1')];
    await ingestHub('E1');
    await mappings.refresh();
    const ruleOf = async (tenant: Tenant, id: string) =>
      (await explainShipment(hub.deps, tenant, id))?.explanation.facts[0]?.reading;
    expect(await ruleOf(hub.tenant, mine)).toMatchObject({
      mapping_version: mappings.current('acme', hub.tenant.merchantId)?.version,
      mapping_rule: { match: { event: 'HUB' }, place: 'merchant-overlay:acme:3' },
    });
    expect(await ruleOf(OTHER, theirs)).toMatchObject({
      mapping_version: mappings.current('acme')?.version,
      mapping_rule: { match: { event: 'HUB' }, place: 'acme.yaml:5' },
    });
  });
});
