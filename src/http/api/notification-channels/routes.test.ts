import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTenant } from '../../../platform/database/database.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
let tenant: { readonly merchantId: string; readonly mode: 'test' | 'live' };

beforeAll(async () => {
  hub = await createTestHub({ publicUrl: 'https://hub.example' });
  const key = await hub.newKey({ merchant: 'one', mode: 'live' });
  tenant = key.tenant;
  call = callerOf(hub, key.text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'two', mode: 'live' })).text);
});
afterAll(() => hub.close());

const SECRET = 'a-test-password-nobody-uses';
const SMTP = {
  provider: 'smtp',
  label: 'Our mail server',
  config: {
    host: 'mail.shop.example',
    port: 587,
    username: 'parcels',
    password: SECRET,
    from_address: 'parcels@shop.example',
  },
};

describe('a channel of a merchant', () => {
  it('is stored, and its secrets are never shown, logged or readable in the database', async () => {
    const made = await call('POST', '/notification-channels?verify=false', SMTP);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      provider: 'smtp',
      kind: 'email',
      enabled: true,
      config: { host: 'mail.shop.example', port: 587, from_address: 'parcels@shop.example' },
      secrets: ['password'],
      verification: { state: 'unverified' },
      delivery_status_url: null,
    });
    const id = String(made.body['id']);
    const seen = [made.text, (await call('GET', '/notification-channels')).text];
    seen.push((await call('GET', `/notification-channels/${id}`)).text, hub.log());
    const { rows } = await hub.db.owner.query('select * from notification_channels');
    seen.push(JSON.stringify(rows), ...rows.map(({ config }) => config.toString('latin1')));
    for (const text of seen) expect(text).not.toContain(SECRET);
  });

  it('is invisible to other merchants', async () => {
    const made = await call('POST', '/notification-channels?verify=false', SMTP);
    const path = `/notification-channels/${made.body['id']}`;
    expect((await other('GET', path)).status).toBe(404);
    expect((await other('PATCH', path, { label: 'mine' })).status).toBe(404);
    expect((await other('DELETE', path)).status).toBe(404);
    expect((await other('GET', '/notification-channels')).body['data']).toEqual([]);
    const seen = await withTenant(hub.db.app, { ...tenant, mode: 'test' }, (tx) =>
      tx.query('select from notification_channels'),
    );
    expect(seen.rowCount).toBe(0);
  });

  it('keeps members absent from a change, and applies from then on', async () => {
    const made = await call('POST', '/notification-channels?verify=false', SMTP);
    const path = `/notification-channels/${made.body['id']}`;
    const changed = await call('PATCH', `${path}?verify=false`, {
      config: { port: 2525, username: null, password: null },
      enabled: false,
    });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      enabled: false,
      secrets: [],
      config: { host: 'mail.shop.example', port: 2525 },
    });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('DELETE', path)).status).toBe(404);
    expect((await call('GET', path)).status).toBe(404);
    const { rows } = await hub.db.pipeline.query(
      'select config from notification_channels where id = $1',
      [made.body['id']],
    );
    expect(rows).toEqual([{ config: null }]);
  });

  it('sends a stored secret to no other server than before', async () => {
    const made = await call('POST', '/notification-channels?verify=false', SMTP);
    const path = `/notification-channels/${made.body['id']}?verify=false`;
    const change = async (config: object) => {
      const { status, body } = await call('PATCH', path, { config });
      const [first] = (body['errors'] ?? []) as readonly { readonly pointer?: string }[];
      return [status, first?.pointer ?? null];
    };
    const refused = [422, '/config/password'];
    expect(await change({ host: 'mail.mallory.example' })).toEqual(refused);
    expect(await change({ security: 'none' })).toEqual(refused);
    expect(await change({ host: 'MAIL.shop.example', port: 465 })).toEqual([200, null]);
    expect(await change({ host: 'mail.new.example', password: SECRET })).toEqual([200, null]);
    expect(await change({ host: 'mail.third.example', password: null })).toEqual([200, null]);
  });

  it('is rejected with every error of its configuration, each with its pointer', async () => {
    const bad = await call('POST', '/notification-channels', {
      ...SMTP,
      config: { host: 'mail server', from_address: 'Shop <a@b.example>', pasword: SECRET },
    });
    expect(bad.status).toBe(422);
    const pointers = (bad.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers.sort()).toEqual(['/config/from_address', '/config/host', '/config/pasword']);
    expect(bad.text).not.toContain(SECRET);
  });

  it('is rejected for an unknown provider, or one only for the operator', async () => {
    for (const provider of ['pigeon', 'mailbox', '../smtp', 'constructor']) {
      const bad = await call('POST', '/notification-channels', { ...SMTP, provider });
      expect(bad.status).toBe(422);
      expect(bad.body['errors']).toMatchObject([{ pointer: '/provider' }]);
    }
  });

  it('may not point into a private network', async () => {
    for (const host of ['10.0.0.7', '169.254.169.254', '[::ffff:10.0.0.7]', '192.168.1.1']) {
      const bad = await call('POST', '/notification-channels', {
        ...SMTP,
        config: { ...SMTP.config, host: host.replace(/[[\]]/g, ''), port: 25 },
      });
      expect(bad.status, host).toBe(422);
      expect(bad.text).toContain('no address of the public internet');
    }
    const helpdesk = await call('POST', '/notification-channels', {
      provider: 'helpdesk',
      label: 'x',
      config: { url: 'https://10.0.0.7/tickets' },
    });
    expect(helpdesk.status).toBe(422);
    const port = await call('POST', '/notification-channels', {
      ...SMTP,
      config: { ...SMTP.config, port: 6379 },
    });
    expect(port.text).toContain('an email server listens on port');
  });

  it('needs the scope', async () => {
    const { text } = await hub.newKey({
      merchant: 'one',
      mode: 'live',
      scopes: ['shipments:read'],
    });
    const stranger = callerOf(hub, text);
    expect((await stranger('GET', '/notification-channels')).status).toBe(403);
    expect((await stranger('POST', '/notification-channels', SMTP)).status).toBe(403);
  });
});

it('returns each provider’s configuration as a schema', async () => {
  const { body } = await call('GET', '/notification-providers');
  const all = body['data'] as { provider: string; secrets: string[]; config_schema: unknown }[];
  expect(all.map(({ provider }) => provider)).toEqual([
    ...['fcm', 'helpdesk', 'http', 'sendgrid', 'ses', 'smtp', 'twilio', 'web_push', 'zendesk'],
  ]);
  const smtp = all.find(({ provider }) => provider === 'smtp');
  expect(smtp?.config_schema).toMatchObject({ type: 'object', required: ['host', 'from_address'] });
});

describe('the secret for signing messages to URLs', () => {
  it('is specific to each merchant, and absent when the installation sends none', async () => {
    expect((await call('GET', '/notification-webhook-secret')).status).toBe(404);
    const folder = mkdtempSync(path.join(tmpdir(), 'waybill-test-'));
    const channelsFile = path.join(folder, 'channels.yaml');
    writeFileSync(channelsFile, `webhook: { provider: http, signing_secret: "\${HOOK_SECRET}" }`);
    const installed = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const signing = await createTestHub({ channelsFile, env: { HOOK_SECRET: installed } });
    try {
      const secretOf = async (merchant: string, mode: 'test' | 'live') => {
        const { text } = await signing.newKey({ merchant, mode });
        return (await callerOf(signing, text)('GET', '/notification-webhook-secret')).body[
          'secret'
        ];
      };
      const secrets = [
        await secretOf('one', 'live'),
        await secretOf('one', 'test'),
        await secretOf('two', 'live'),
        installed,
      ];
      expect(new Set(secrets).size).toBe(4);
      expect(secrets.every((secret) => /^whsec_[\w+/]{43}=$/.test(String(secret)))).toBe(true);
      expect(await secretOf('one', 'live')).toBe(secrets[0]);
    } finally {
      await signing.close();
      rmSync(folder, { recursive: true });
    }
  });
});
