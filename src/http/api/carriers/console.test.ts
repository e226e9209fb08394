import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestConsole, type TestConsole } from '../../console/hub/test-console.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let cookie: string;
let visit: TestConsole['visit'];
beforeAll(async () => {
  hub = await createTestHub();
  ({ cookie, visit } = await openTestConsole(hub));
});
afterAll(() => hub.close());

const pageOf = async (path: string) => (await visit(`/console/hub/carriers${path}`, cookie)).text;

/** The carriers in the table, in its order. */
const listed = (page: string) =>
  [...page.matchAll(/<th scope="row"[^>]*><a href="\/console\/hub\/carriers\/([\w-]+)"/g)].map(
    ([, carrier]) => carrier,
  );

/** Stores an update as of now; a dead one could not be processed. */
async function received(carrier: string, fate: 'processed' | 'dead'): Promise<void> {
  await hub.db.pipeline.query(
    `insert into inbound_messages (id, carrier, source, trust, received_at, content, partition, fate)
     values (gen_random_uuid(), $1, 'webhook', 'signed', to_timestamp($2), '\\x01', 0, $3)`,
    [carrier, hub.clock.nowMs() / 1_000, fate],
  );
}

describe('the carriers page', () => {
  it('says of carriers without updates that they are not in use, which is no outage', async () => {
    const page = await pageOf('');
    expect(page).toContain('Not set up');
    expect(page).not.toContain('No updates lately');
    expect(page).not.toContain('Needs attention');
    expect(page).toContain('<td class="number none" data-label="Failed updates"');
  });

  it('lists those with problems first, then those in use, with a tab for each', async () => {
    const carriers = hub.adapters.list().map(({ manifest }) => manifest.name);
    const [used = '', failing = ''] = carriers.toReversed();
    await received(used, 'processed');
    await received(failing, 'processed');
    await received(failing, 'dead');
    const all = await pageOf('');
    expect(listed(all)).toHaveLength(carriers.length);
    expect(listed(all).slice(0, 2)).toEqual([failing, used]);
    expect(all).toMatch(/Needs attention <span>1<\/span>.*In use <span>2<\/span>/);
    expect(listed(await pageOf('?show=attention'))).toEqual([failing]);
    expect(listed(await pageOf('?show=used'))).toEqual([failing, used]);
    expect(listed(await pageOf('?show=unused'))).toHaveLength(carriers.length - 2);
    expect(listed(await pageOf('?show=nonsense'))).toHaveLength(carriers.length);
    expect(listed(await pageOf('?find=FeD'))).toEqual(['fedex']);
    expect(await pageOf('?find=nobody')).toContain('No carrier here has this name');
  });

  it('leads to a page of each carrier, with its mapping and scorecard', async () => {
    const [{ manifest } = { manifest: null }] = hub.adapters.list();
    const page = await pageOf(`/${manifest?.name}`);
    expect(page).toContain(`<h1>${manifest?.displayName}</h1>`);
    expect(page).toContain(`href="/console/hub/mappings/${manifest?.name}"`);
    expect(page).toContain('Level, tests and documentation');
    expect(page).toContain('No accounts yet');
    const { tenant } = await hub.newKey({ merchant: 'shop', mode: 'test' });
    const credentials = { client_id: 'id', client_secret: 'secret' };
    const account = { carrier: 'fedex', label: 'Main', environment: 'sandbox' } as const;
    await hub.accounts.create(tenant, { ...account, credentials });
    expect(await pageOf('/fedex')).toMatch(/<th scope="row"[^>]*>FedEx · Main<\/th>/);
    expect(await pageOf('/dhl')).not.toContain('FedEx · Main');
    expect((await visit('/console/hub/carriers/nonsense', cookie)).status).toBe(404);
  });
});
