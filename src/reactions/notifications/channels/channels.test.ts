import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { ensureMerchant } from '../../../merchants/index.ts';
import { type ManualClock, manualClock, systemRandom } from '../../../platform/clock.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { createEgress } from '../../../platform/net/egress.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { createKeyring } from '../../../platform/sealing/sealing.ts';
import { createTestDatabase } from '../../../platform/test-postgres.ts';
import { CHANNEL_KINDS } from '../contract.ts';
import { CHANNELS_MAX } from './accounts/accounts.ts';
import { type OpenedChannels, openChannels, unreachableLinks } from './open-channels.ts';
import { messageOf, SHIPMENT_ID } from './test-bench.ts';
import { TEST_NOW_MS } from './test-deps.ts';

/** Tests which channel a message uses: the installation's, the merchant's, or the mailbox. */
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;
let channels: OpenedChannels;
let clock: ManualClock;
let data: string;
let live: Tenant;
let second: Tenant;

const FILE = `
email: { provider: smtp, host: mail.example, from_address: hub@hub.example }
push:
  - { provider: web_push, vapid_public_key: "${`B${'A'.repeat(86)}`}", vapid_private_key: "\${VAPID}", subject: "mailto:ops@hub.example" }
  - { provider: mailbox }
`;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  clock = manualClock(TEST_NOW_MS);
  data = mkdtempSync(path.join(tmpdir(), 'waybill-channels-'));
  const file = path.join(data, 'channels.yaml');
  writeFileSync(file, FILE);
  channels = await openChannels({
    db,
    clock,
    randomBytes: systemRandom,
    data,
    file,
    env: { VAPID: 'A'.repeat(43) },
    keyring: createKeyring([new Uint8Array(32).fill(7)], systemRandom),
    log: createLog({ level: 'silent' }),
    egress: createEgress(),
    publicUrl: () => 'https://hub.example',
  });
  const tenantOf = async (slug: string): Promise<Tenant> => {
    const { id } = await ensureMerchant(db.pipeline, { id: crypto.randomUUID(), slug, name: slug });
    return { merchantId: id, mode: 'live' };
  };
  live = await tenantOf('one');
  second = await tenantOf('two');
});
afterAll(async () => {
  await channels.close();
  await db.end();
  await database.drop();
  rmSync(data, { recursive: true });
});

const providersOf = async (tenant: Tenant, kind: (typeof CHANNEL_KINDS)[number]) =>
  (await channels.channelsOf(tenant, kind)).map(({ provider }) => provider);

const SMTP = {
  provider: 'smtp',
  label: 'ours',
  config: { host: 'mail.shop.example', from_address: 'a@shop.example' },
};

async function added(tenant: Tenant) {
  const stored = await channels.accounts.create(tenant, SMTP, false);
  if (stored.outcome !== 'stored') throw new Error(stored.outcome);
  clock.advance(1_001);
  return stored.account;
}

describe('a message', () => {
  it('of a test shipment goes to the mailbox, whatever is configured', async () => {
    const test: Tenant = { ...live, mode: 'test' };
    await added(test);
    for (const kind of CHANNEL_KINDS) expect(await providersOf(test, kind)).toEqual(['mailbox']);
  });

  it('goes by the installation’s channels, and to the mailbox where there is none', async () => {
    expect(await providersOf(second, 'email')).toEqual(['smtp']);
    expect(await providersOf(second, 'push')).toEqual(['web_push', 'mailbox']);
    for (const kind of ['sms', 'webhook', 'ticket'] as const) {
      expect(await providersOf(second, kind)).toEqual(['mailbox']);
    }
  });

  it('goes by the merchant’s own within a second, and nobody else’s', async () => {
    const [before] = await channels.channelsOf(live, 'email');
    const { id } = await added(live);
    const [own] = await channels.channelsOf(live, 'email');
    expect(own).not.toBe(before);
    const [others] = await channels.channelsOf(second, 'email');
    expect(others).toBe(before);
    expect((await channels.channelsOf(live, 'email'))[0], 'stays open').toBe(own);
    await channels.accounts.patch(live, id, { config: { port: 2525 } }, false);
    clock.advance(1_001);
    expect((await channels.channelsOf(live, 'email'))[0], 'is opened anew').not.toBe(own);
    await channels.accounts.patch(live, id, { enabled: false }, false);
    clock.advance(1_001);
    expect((await channels.channelsOf(live, 'email'))[0]).toBe(before);
  });

  it('can be erased with its shipment where we keep it ourselves', async () => {
    const [mailbox] = await channels.channelsOf({ ...live, mode: 'test' }, 'sms');
    await mailbox?.send(messageOf('sms', '+4915112345678'));
    expect(mailbox?.erase).toBeDefined();
    await mailbox?.erase?.(SHIPMENT_ID);
  });
});

describe('delivery_statuses', () => {
  it('are read by the channel whose path they come by', async () => {
    const { id } = await added(live);
    expect((await channels.forDeliveryStatuses('smtp', id))?.tenant).toEqual(live);
    expect((await channels.forDeliveryStatuses('smtp', null))?.tenant).toBeNull();
    for (const [provider, of] of [
      ['ses', id],
      ['smtp', 'no id'],
      ['smtp', '019a0000-0000-7000-8000-00000000ffff'],
      ['twilio', null],
    ] as const) {
      expect(await channels.forDeliveryStatuses(provider, of)).toBeNull();
    }
  });

  it('come no more for a channel that was removed: what would prove them is gone', async () => {
    const { id } = await added(live);
    expect(await channels.forDeliveryStatuses('smtp', id)).not.toBeNull();
    await channels.accounts.remove(live, id);
    expect(await channels.forDeliveryStatuses('smtp', id)).toBeNull();
  });
});

describe('an operator', () => {
  it('gets a warning when messages leave the machine without a public address for their links', async () => {
    expect(await channels.outside()).toEqual(['smtp', 'web_push']);
    expect(unreachableLinks(null, ['smtp', 'web_push'])).toContain('smtp, web_push');
    expect(unreachableLinks('http://127.0.0.1:8080', ['smtp'])).toBeNull();
    expect(unreachableLinks(null, [])).toBeNull();
  });

  it('gets the warning for merchants’ own live channels, too', async () => {
    const file = path.join(data, 'mailbox-only.yaml');
    writeFileSync(file, 'email: { provider: mailbox }\n');
    const alone = await openChannels({
      db,
      clock,
      randomBytes: systemRandom,
      data,
      file,
      env: {},
      keyring: createKeyring([new Uint8Array(32)], systemRandom),
      log: createLog({ level: 'silent' }),
      egress: createEgress(),
      publicUrl: () => 'http://127.0.0.1:8080',
    });
    for (const tenant of [live, second]) {
      for (const { id } of await channels.accounts.list(tenant)) {
        await channels.accounts.remove(tenant, id);
      }
    }
    await added({ ...live, mode: 'test' });
    expect(await alone.outside()).toEqual([]);
    const { id } = await added(live);
    expect(await alone.outside()).toEqual(['smtp']);
    await channels.accounts.patch(live, id, { enabled: false }, false);
    expect(await alone.outside()).toEqual([]);
    await alone.close();
  });
});

it('lets a merchant have so many channels and no more', async () => {
  for (
    let index = (await channels.accounts.list(second)).length;
    index < CHANNELS_MAX;
    index += 1
  ) {
    await added(second);
  }
  expect(await channels.accounts.create(second, SMTP, false)).toEqual({ outcome: 'full' });
});

it('says where the file is wrong when it opens', async () => {
  const file = path.join(data, 'wrong.yaml');
  writeFileSync(file, 'email:\n  provider: pigeon\n');
  const opened = openChannels({
    db,
    clock,
    randomBytes: systemRandom,
    data,
    file,
    env: {},
    keyring: createKeyring([new Uint8Array(32)], systemRandom),
    log: createLog({ level: 'silent' }),
    egress: createEgress(),
    publicUrl: () => 'https://hub.example',
  });
  await expect(opened).rejects.toThrow(`${file}:2 /email/provider: no such provider for email`);
});
