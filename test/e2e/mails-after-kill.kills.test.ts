import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ROOT } from '../docs/blocks.ts';
import {
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { type PatientMailServer, startPatientMailServer } from '../support/patient-mail-server.ts';

/**
 * A kill while mails are being sent: the next process sends them at once, and a repeated message
 * is identical. Only live parcels notify people, so this needs a live key.
 */
const PARCELS = 12;
/** Before the dead process's leases end, which is after two minutes. */
const AGAIN_MS_MAX = 60_000;
const TIMEOUT_MS = 300_000;

let data: string;
let mail: PatientMailServer;
let hub: RunningHub | null = null;
beforeEach(async () => {
  data = newDataFolder();
  mail = await startPatientMailServer();
});
afterEach(async () => {
  await hub?.kill();
  hub = null;
  await mail.close();
  removeDataFolder(data);
});

async function start(): Promise<RunningHub> {
  const channels = join(data, 'channels.yaml');
  const server = `host: 127.0.0.1, port: ${mail.port}, security: none`;
  writeFileSync(
    channels,
    `email: { provider: smtp, ${server}, from_address: parcels@hub.example }\n`,
  );
  hub = await startHub(data, { WAYBILL_CHANNELS: channels, LOG_LEVEL: 'info' });
  return hub;
}

function liveKey(): string {
  const args = [join(ROOT, 'bin/waybill.js'), 'keys', 'create', '--mode', 'live', '--json'];
  const env = { ...process.env, WAYBILL_DATA: data };
  const { key }: { key: string } = JSON.parse(
    execFileSync(process.execPath, args, { env, encoding: 'utf8' }),
  );
  return key;
}

async function call<T>(url: URL, key: string, method: string, path: string, body?: object) {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

interface Listed {
  readonly data: readonly { readonly state: string; readonly channel: string }[];
}

test(
  'mails in flight when the process was killed are sent at once by the next',
  async () => {
    const first = await start();
    const key = liveKey();
    for (let index = 0; index < PARCELS; index += 1) {
      const { id } = await call<{ id: string }>(first.url, key, 'POST', '/v1/shipments', {
        carrier: 'fedex',
        tracking_number: String(794_644_790_000 + index),
        recipient: { name: 'R', email: `reader${index}@customers.example`, locale: 'en' },
      });
      await call(first.url, key, 'POST', `/v1/shipments/${id}/status`, { status: 'picked_up' });
    }
    // The server has their content but has not accepted them yet.
    await vi.waitFor(() => expect(mail.held()).toBeGreaterThan(0), { timeout: 30_000 });
    await first.kill();
    mail.letGo();

    const second = await start();
    await vi.waitFor(
      async () => {
        expect(new Set(mail.accepted).size).toBe(PARCELS);
        const { data: all } = await call<Listed>(
          second.url,
          key,
          'GET',
          '/v1/notifications?limit=100',
        );
        const mails = all.filter(({ channel }) => channel === 'email');
        expect(mails.map(({ state }) => state)).toEqual(mails.map(() => 'sent'));
        expect(mails).toHaveLength(PARCELS);
      },
      { timeout: AGAIN_MS_MAX, interval: 100 },
    );
    // Each is one message: a recipient can detect a duplicate by its Message-ID.
    expect(mail.accepted.length).toBe(PARCELS);
    await second.stop();
  },
  TIMEOUT_MS,
);
