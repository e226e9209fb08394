import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchHub } from '../../src/app/start-testing.ts';
import { PUSH_SECRET } from '../../test/support/fedex-push.ts';
import { HUB_TEST_KEY } from '../../test/support/hubs/hub-process.ts';
import { type Contender, folderMb } from './contender.ts';
import { fedexRequest } from './scripts.ts';

/** Packs the hub and installs the package in an empty folder, as its users do; returns the folder. */
function install(folder: string): string {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { stdio: 'pipe' });
  const packed = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  execFileSync('npm', ['install', ...quiet, join(folder, packed)], { cwd: folder, stdio: 'pipe' });
  return join(folder, 'node_modules');
}

/** The hub as it is installed from its package, with its own PostgreSQL and all its processes. */
export const waybill: Contender = {
  name: 'Waybill',
  async start({ shop, numbers, folder }) {
    const modules = install(folder);
    const data = join(folder, 'data');
    const startedAt = performance.now();
    const hub = launchHub(data, {
      command: [process.execPath, join(modules, 'waybill/bin/waybill.js'), 'start'],
      cwd: folder,
      env: {
        LOG_LEVEL: 'error',
        WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY,
        WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
        WAYBILL_EGRESS_ALLOW: '127.0.0.0/8',
      },
    });
    const url = new URL((await hub.ready).url);
    const readyMs = performance.now() - startedAt;
    const headers = {
      authorization: `Bearer ${HUB_TEST_KEY}`,
      'content-type': 'application/json',
    };
    const post = async (path: string, body: object): Promise<{ readonly id: string }> => {
      const answer = await fetch(new URL(path, url), {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      return (await answer.json()) as { id: string };
    };
    await post('/v1/webhook-endpoints', { url: shop.href, events: ['shipment.status_changed'] });
    const ids: string[] = [];
    for (const number of numbers) {
      ids.push((await post('/v1/shipments', { tracking_number: number, carrier: 'fedex' })).id);
    }
    return {
      readyMs,
      installedMb: folderMb(modules),
      pids: [hub.child.pid ?? 0],
      ownsDatabase: true,
      pushes: {
        url: new URL('/webhooks/carrier/fedex', url),
        push: (n, status) => fedexRequest(numbers, n, status),
      },
      carrierSays: null,
      async isDelivered(n) {
        const answer = await (
          await fetch(new URL(`/v1/shipments/${ids[n]}`, url), { headers })
        ).text();
        return answer.includes('"status":"delivered"');
      },
      async stop() {
        hub.child.kill('SIGTERM');
        await hub.ended;
      },
    };
  },
};
