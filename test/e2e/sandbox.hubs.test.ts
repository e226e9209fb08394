import { expect, test } from 'vitest';
import { loadAdapters } from '../../src/adapters/index.ts';
import { loadSandboxes } from '../../src/adapters/sandbox-kit/index.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

interface Page<T> {
  readonly data: readonly T[];
}
interface Listed {
  readonly id: string;
  readonly carrier: string;
  readonly tracking_number: string;
  readonly status: string;
}
interface Delivery {
  readonly courier: { readonly name: string } | null;
  readonly courier_location: object | null;
  readonly require_proof: readonly string[];
}
interface Courier {
  readonly name: string;
}
interface Account {
  readonly id: string;
  readonly carrier: string;
  readonly environment: string;
}

test('a new user finds an account with every carrier and moving parcels, once', async () => {
  const data = newDataFolder();
  const settings = { WAYBILL_SANDBOX: 'on' };
  const sandboxes = await loadSandboxes();
  const demos = sandboxes.flatMap(({ bridge, demo }) => (bridge ? [] : (demo?.number ?? [])));
  let hub = await startHub(data, settings);
  try {
    const shipments = () => callApi<Page<Listed>>(hub.url, 'GET', '/shipments');
    const accounts = await callApi<Page<Account>>(hub.url, 'GET', '/carrier-accounts');
    // Own couriers are scanned, not polled: they have no account.
    const registry = await loadAdapters();
    const trackable = sandboxes.filter(({ name }) => registry.get(name)?.access !== undefined);
    expect(accounts.data.map(({ carrier }) => carrier).sort()).toEqual(
      trackable.map(({ name }) => name),
    );
    expect(new Set(accounts.data.map(({ environment }) => environment))).toEqual(
      new Set(['sandbox']),
    );
    const polled = (await shipments()).data.filter(({ carrier }) => carrier !== 'fleet');
    expect(polled.map((each) => each.tracking_number).sort()).toEqual([...demos].sort());

    // Own couriers of the sandbox: one has taken the demo delivery and is under way.
    const underWay = async () => {
      const { data } = await callApi<Page<Delivery>>(hub.url, 'GET', '/deliveries');
      return data.map(({ courier, courier_location: at, require_proof: proof }) => [
        ...[courier?.name.includes('Sandbox'), at !== null, proof],
      ]);
    };
    await expect
      .poll(underWay, { timeout: 120_000 })
      .toEqual([[true, true, ['photo', 'signature']]]);

    await expect
      .poll(async () => (await shipments()).data.map(({ status }) => status), { timeout: 300_000 })
      .not.toContain('created');

    const answer = await callApi<Listed>(hub.url, 'POST', '/shipments', {
      tracking_number: 'EZ6000000006',
    });
    expect(answer).toMatchObject({ carrier: 'sandbox', status: 'created' });
    const statusNow = () => callApi<Listed>(hub.url, 'GET', `/shipments/${answer.id}`);
    await expect.poll(async () => (await statusNow()).status).toBe('exception');
    const deleted = accounts.data.find(({ carrier }) => carrier === 'sandbox')?.id ?? '';
    const gone = await fetch(new URL(`/carrier-accounts/${deleted}`, hub.url), {
      method: 'DELETE',
      headers: { authorization: `Bearer ${HUB_TEST_KEY}` },
    });
    expect(gone.status).toBe(204);
    const idle = (await callApi<Page<Courier>>(hub.url, 'GET', '/couriers')).data;
    expect(idle.map(({ name }) => name).sort()).toEqual(['Kim Sandbox', 'Sam Sandbox']);
    await hub.stop();

    hub = await startHub(data, settings);
    const listed = await callApi<Page<Listed>>(hub.url, 'GET', '/shipments');
    // The delivery of the couriers, and the one that was made above.
    expect(listed.data).toHaveLength(demos.length + 2);
    const accountsAgain = await callApi<Page<Account>>(hub.url, 'GET', '/carrier-accounts');
    // Deleted ones stay deleted.
    expect(accountsAgain.data).toHaveLength(trackable.length - 1);
  } finally {
    await hub.stop();
    removeDataFolder(data);
  }
}, 600_000);

test('creates nothing when it is off', async () => {
  const data = newDataFolder();
  const hub = await startHub(data, { WAYBILL_SANDBOX: 'off' });
  try {
    expect((await callApi<Page<Account>>(hub.url, 'GET', '/carrier-accounts')).data).toEqual([]);
    expect((await callApi<Page<Listed>>(hub.url, 'GET', '/shipments')).data).toEqual([]);
    expect((await callApi<Page<Courier>>(hub.url, 'GET', '/couriers')).data).toEqual([]);
  } finally {
    await hub.stop();
    removeDataFolder(data);
  }
});
