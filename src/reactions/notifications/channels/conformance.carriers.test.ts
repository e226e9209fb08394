import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock, systemRandom } from '../../../platform/clock.ts';
import { createEgress } from '../../../platform/net/egress.ts';
import { createHttpClient } from '../../../platform/net/http-client.ts';
import type { Channel, DeliveryStatusCall, SendOutcome } from '../contract.ts';
import { trustedConnect } from './exchange.ts';
import { openMailbox } from './mailbox/mailbox.ts';
import {
  type ChannelDeps,
  type ChannelPlugin,
  channelFolders,
  loadChannelPlugins,
} from './plugin.ts';

import {
  type BenchServer,
  type ChannelBench,
  type Fault,
  messageOf,
  NOTIFICATION_ID,
  renderedOf,
  TEXT,
} from './test-bench.ts';
import { TEST_NOW_MS } from './test-deps.ts';

/**
 * The common suite of all channels: every folder here is tested against a server that speaks its
 * provider's protocol.
 */
/** A timeout that is never reached, on any machine. */
const PATIENT_MS = 60_000;
/** A timeout for tests with a silent server: long enough that the request was sent by then. */
const HASTY_MS = 1_000;

const plugins = await loadChannelPlugins();
const cases = await Promise.all(
  channelFolders().map(async (folder) => {
    const file = path.join(import.meta.dirname, folder, 'test-bench.ts');
    expect(existsSync(file), `${folder}/test-bench.ts is there`).toBe(true);
    const module: { bench: ChannelBench } = await import(pathToFileURL(file).href);
    const plugin = plugins.get(folder.replaceAll('-', '_'));
    if (plugin === undefined) throw new Error(`${folder} is no channel`);
    return { name: plugin.provider, plugin, bench: module.bench };
  }),
);

it('finds every channel there is', () => {
  expect(plugins.list().map(({ provider }) => provider)).toEqual([
    'fcm',
    'helpdesk',
    'http',
    'mailbox',
    'sendgrid',
    'ses',
    'smtp',
    'twilio',
    'web_push',
    'zendesk',
  ]);
});

describe.each(cases)('$name', ({ plugin, bench }) => {
  const networked = bench.networked ?? true;
  const said: string[] = [];
  let data: string;
  const opened: { close?: (() => Promise<void>) | undefined }[] = [];

  beforeAll(() => {
    data = mkdtempSync(path.join(tmpdir(), 'waybill-channel-'));
  });
  afterAll(async () => {
    for (const one of opened) await one.close?.();
    rmSync(data, { recursive: true });
  });

  function depsOf(apiUrl: string | null, timeoutMs = PATIENT_MS): ChannelDeps {
    const http = createHttpClient({ timeoutMs, keepAlive: false });
    const egress = createEgress({ allow: ['127.0.0.0/8'], timeoutMs });
    opened.push({ close: async () => http.close() }, { close: async () => egress.close() });
    return {
      http,
      freshHttp: http,
      post: egress,
      connect: trustedConnect(timeoutMs),
      trusted: true,
      apiUrl,
      timeoutMs,
      deliveryStatusUrl: () => null,
      mailbox: openMailbox(path.join(data, 'mailbox')),
      clock: manualClock(TEST_NOW_MS),
      randomBytes: systemRandom,
    };
  }

  function open(config: unknown, apiUrl: string | null, timeoutMs = PATIENT_MS): Channel {
    const channel = plugin.open(config, bench.kind, depsOf(apiUrl, timeoutMs));
    opened.push(channel);
    return channel;
  }

  async function withServer(
    work: (server: BenchServer, channel: Channel, to: string) => Promise<void>,
  ): Promise<void> {
    rmSync(path.join(data, 'mailbox'), { recursive: true, force: true });
    const server = await bench.start(path.join(data, 'mailbox'));
    opened.push(server);
    await work(server, open(server.config, server.apiUrl), server.to ?? bench.to);
  }

  /** Sends a message and records the outcome, which must not reveal the address or the content. */
  async function send(channel: Channel, to: string, over = {}): Promise<SendOutcome> {
    const outcome = await channel.send(messageOf(bench.kind, to, over));
    if ('reason' in outcome) said.push(outcome.reason);
    for (const text of [to, to.slice(0, 20), ...Object.values(SECRETS)]) {
      if (text.length >= 8) expect(JSON.stringify(outcome)).not.toContain(text);
    }
    return outcome;
  }

  it('is what its folder says, with secrets that are members of its configuration', () => {
    expect(plugin.kinds).toContain(bench.kind);
    expect(Object.keys(plugin.configSchema.shape)).toEqual(
      expect.arrayContaining([...plugin.secrets]),
    );
  });

  it('refuses a configuration with a member that it does not know', async () => {
    await withServer(async ({ config }) => {
      expect(plugin.configSchema.safeParse(config).error?.issues).toBeUndefined();
      expect(plugin.configSchema.safeParse({ ...config, typo: 1 }).success).toBe(false);
    });
  });

  it('hands over a message as it is, whatever its letters', async () => {
    await withServer(async (server, channel, to) => {
      const outcome = await send(channel, to);
      expect(outcome).toMatchObject({
        outcome: 'accepted',
        providerId: expect.stringMatching(/./),
      });
      const accepted = await server.accepted();
      expect(accepted).toHaveLength(1);
      expect(accepted[0]?.text.replaceAll('\r\n', '\n')).toBe(TEXT);
      if (bench.to !== '') expect(accepted[0]?.to).toBe(bench.to);
      const { rendered } = messageOf(bench.kind, to);
      const title =
        'subject' in rendered ? rendered.subject : 'title' in rendered ? rendered.title : null;
      expect(accepted[0]?.subject).toBe(title);
    });
  });

  it('gives a repeat what it is recognized by, or says that there is none', async () => {
    await withServer(async (server, channel, to) => {
      await send(channel, to);
      await send(channel, to);
      const accepted = await server.accepted();
      if (channel.repeat === 'idempotent') expect(accepted).toHaveLength(1);
      else expect(accepted).toHaveLength(2);
      const [first] = accepted;
      if (channel.repeat === 'never') expect(first?.key).toBeNull();
      else {
        expect(first?.key).toContain(NOTIFICATION_ID);
        for (const { key } of accepted) expect(key).toBe(first?.key);
      }
    });
  });

  it.runIf(networked)('leaves no doubt by a connection that lay idle', async () => {
    await withServer(async (server, channel, to) => {
      if (channel.repeat !== 'never') return;
      // A server may close a kept connection at the moment of its use: then the outcome is unknown.
      const sender = { send: async () => BROKEN, close: () => {} };
      const fresh = plugin.open(server.config, bench.kind, {
        ...depsOf(server.apiUrl),
        http: sender,
      });
      expect(await send(fresh, to)).toMatchObject({ outcome: 'accepted' });
    });
  });

  it('refuses what is no address before it asks anybody', async () => {
    await withServer(async (server, channel) => {
      for (const to of bench.malformed) {
        expect(await send(channel, to)).toMatchObject({ outcome: 'refused', address: true });
        if (channel.takes !== undefined) expect(channel.takes(to)).toBe(false);
      }
      expect(await server.accepted()).toEqual([]);
    });
  });

  it('refuses a message of another kind', async () => {
    await withServer(async (server, channel, to) => {
      if (plugin.kinds.length > 1) return;
      const kind = bench.kind === 'sms' ? 'email' : 'sms';
      const outcome = await channel.send({
        ...messageOf(bench.kind, to),
        rendered: renderedOf(kind),
      });
      expect(outcome).toMatchObject({ outcome: 'refused', address: false });
      expect(await server.accepted()).toEqual([]);
    });
  });

  it.skipIf(bench.refusedTo === null)('knows an address that its provider refuses', async () => {
    await withServer(async (server, channel) => {
      const to = server.refusedTo ?? bench.refusedTo ?? '';
      expect(await send(channel, to)).toMatchObject({ outcome: 'refused', address: true });
      expect(await server.accepted()).toEqual([]);
    });
  });

  it.runIf(networked)('waits for better credentials, and blames no address', async () => {
    await withServer(async (server, _channel, to) => {
      if (server.wrongConfig === null) return;
      const channel = open(server.wrongConfig, server.apiUrl);
      expect(await send(channel, to)).toMatchObject({ outcome: 'retry' });
      expect(await server.accepted()).toEqual([]);
    });
  });

  it.runIf(plugin.verify !== null && bench.unaskable !== true)(
    'asks its provider what the credentials are worth',
    async () => {
      await withServer(async (server) => {
        const verdictOn = (config: unknown, apiUrl: string | null) =>
          plugin.verify?.(config, depsOf(apiUrl));
        expect(await verdictOn(server.config, server.apiUrl)).toEqual({ state: 'verified' });
        expect(await verdictOn(server.wrongConfig, server.apiUrl)).toMatchObject({
          state: 'refused',
        });
        if (bench.kind !== 'push' || server.apiUrl !== null) {
          const { config, apiUrl } = server.nowhere;
          expect(await verdictOn(config, apiUrl)).toMatchObject({ state: 'unverified' });
        }
        expect(await server.accepted()).toEqual([]);
      });
    },
  );

  const certainlyNotSent: readonly Fault[] = ['rate_limited', 'unavailable'];
  it.runIf(networked).each(certainlyNotSent)('is tried again after %s', async (fault) => {
    await withServer(async (server, channel, to) => {
      server.fault(fault);
      const outcome = await send(channel, to);
      expect(outcome).toMatchObject({ outcome: 'retry' });
      const isReported = fault === 'rate_limited' && plugin.provider !== 'smtp';
      if (isReported) expect(outcome).toMatchObject({ retryAfterS: 7 });
      server.fault(null);
      expect(await send(channel, to)).toMatchObject({ outcome: 'accepted' });
      expect(await server.accepted()).toHaveLength(1);
    });
  });

  it.runIf(networked)('does not know after a server error what must not come twice', async () => {
    await withServer(async (server, channel, to) => {
      server.fault('server_error');
      const expected = channel.repeat === 'never' ? 'unknown' : 'retry';
      expect(await send(channel, to)).toMatchObject({ outcome: expected });
    });
  });

  it.runIf(networked)('is tried again where nobody listens: nothing can have left', async () => {
    await withServer(async ({ nowhere }, _channel, to) => {
      const channel = open(nowhere.config, nowhere.apiUrl);
      expect(await send(channel, nowhere.to ?? to)).toMatchObject({ outcome: 'retry' });
    });
  });

  it.runIf(networked)('gives up on a server that says nothing, within its time', async () => {
    await withServer(async (server, _channel, to) => {
      const channel = open(server.config, server.apiUrl, HASTY_MS);
      server.fault('silent');
      const outcome = await send(channel, to);
      // The SMTP server was silent before it had asked for the content.
      const expected = plugin.provider === 'smtp' ? 'retry' : 'unknown';
      expect(outcome).toMatchObject({ outcome: expected });
      expect(await server.accepted()).toEqual([]);
    });
  });

  it.runIf(networked)('does not know what became of it when the connection breaks', async () => {
    await withServer(async (server, channel, to) => {
      server.fault('taken_and_gone');
      expect(await send(channel, to)).toMatchObject({ outcome: 'unknown' });
      if (channel.repeat === 'never') return;
      server.fault(null);
      expect(await send(channel, to)).toMatchObject({ outcome: 'accepted' });
      const keys = (await server.accepted()).map(({ key }) => key);
      expect(new Set(keys).size, 'all the same message').toBe(1);
      if (channel.repeat === 'idempotent') expect(keys).toHaveLength(1);
    });
  });

  it.runIf(networked && bench.statusIsAll !== true && plugin.provider !== 'smtp')(
    'does not believe an answer that its provider would not give',
    async () => {
      await withServer(async (server, channel, to) => {
        server.fault('garbage');
        expect(await send(channel, to)).toMatchObject({ outcome: 'unknown' });
      });
    },
  );

  it.runIf(bench.kind === 'email')('lets nothing into the headers that is not theirs', async () => {
    await withServer(async (server, channel, to) => {
      const evil = 'x\r\nBcc: victim@customers.example\r\n\r\n<script>';
      const outcome = await channel.send({
        ...messageOf('email', to),
        rendered: {
          kind: 'email',
          subject: evil,
          html: '<p>a</p>',
          text: 'a',
          unsubscribeUrl: `https://hub.example/u>\r\nBcc: victim@customers.example`,
          fromName: `Shop" <boss@shop.example>, "${evil}`,
          replyTo: 'a@b.example\r\nBcc: victim@customers.example',
        },
      });
      expect(outcome).toMatchObject({ outcome: 'accepted' });
      const [mail] = await server.accepted();
      expect(mail?.to).toBe(bench.to);
      const names = Object.keys(mail?.headers ?? {});
      expect(names).not.toContain('bcc');
      expect(names).not.toContain('list-unsubscribe');
      expect(names).not.toContain('reply-to');
      expect(mail?.headers?.['from']).toMatch(
        /^[^\r\n]*<(parcels@shop\.example|notifications@waybill\.invalid)>$/,
      );
    });
  });

  it.runIf(bench.kind === 'email')('offers one click to unsubscribe', async () => {
    await withServer(async (server, channel, to) => {
      await send(channel, to);
      const [mail] = await server.accepted();
      expect(mail?.headers).toMatchObject({
        'list-unsubscribe': '<https://hub.example/unsubscribe?t=abc.def>',
        'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
        'auto-submitted': 'auto-generated',
      });
    });
  });

  it('has said nothing of whom, nor with what credentials', () => {
    for (const reason of said) expect(reason).toMatch(/^[\w .,:;()'’/-]{1,160}$/);
  });

  deliveryStatusChecks(plugin, withServer);
});

const BROKEN = { kind: 'failed', reason: 'network' } as const;

/** The secrets with which the benches authenticate. */
const SECRETS = {
  smtp: 'a-test-password',
  ses: 'a-test-secret-access-key',
  sendgrid: 'SG.a-test-key.not-a-real-one',
  twilio: 'a-test-auth-token-of-nobody',
  helpdesk: 'a-test-helpdesk-token',
  zendesk: 'a-test-zendesk-token',
};

function deliveryStatusChecks(
  plugin: ChannelPlugin,
  withServer: (work: (server: BenchServer, channel: Channel) => Promise<void>) => Promise<void>,
): void {
  const about = {
    notificationId: NOTIFICATION_ID,
    providerId: 'provider-id-1',
    nowMs: TEST_NOW_MS,
  };

  it('has delivery statuses exactly where its provider makes any', async () => {
    await withServer(async (server, channel) => {
      const isExpected = plugin.hasDeliveryStatuses;
      expect(channel.deliveryStatuses !== undefined).toBe(isExpected);
      expect(server.deliveryStatuses !== undefined).toBe(isExpected);
    });
  });
  if (!plugin.hasDeliveryStatuses) return;

  it('reads what its provider tells, and which message it is about', async () => {
    await withServer(async ({ deliveryStatuses }, channel) => {
      for (const state of deliveryStatuses?.states ?? []) {
        const call = await deliveryStatuses?.call({ ...about, state });
        if (call === undefined) continue;
        expect(await channel.deliveryStatuses?.read(call)).toMatchObject({
          outcome: 'delivery_statuses',
          deliveryStatuses: [
            {
              providerId: 'provider-id-1',
              notificationId: NOTIFICATION_ID,
              state,
              permanent: state !== 'delivered',
            },
          ],
        });
      }
    });
  });

  it('refuses what was changed, cut or signed for something else', async () => {
    await withServer(async ({ deliveryStatuses }, channel) => {
      const call = await deliveryStatuses?.call({ ...about, state: 'bounced' });
      if (call === undefined) return;
      for (const forgery of forgeriesOf(call)) {
        const verdict = await channel.deliveryStatuses?.read(forgery);
        expect(verdict?.outcome, JSON.stringify(forgery.headers)).not.toBe('delivery_statuses');
      }
    });
  });

  it('refuses what is signed and old', async () => {
    await withServer(async ({ deliveryStatuses }, channel) => {
      if (deliveryStatuses === undefined || !deliveryStatuses.dated) return;
      const call = await deliveryStatuses.call({ ...about, state: 'delivered' });
      const later = { ...call, nowMs: TEST_NOW_MS + 3 * 86_400_000 };
      expect(await channel.deliveryStatuses?.read(later)).toMatchObject({ outcome: 'forged' });
    });
  });

  it('says of what is authentic and no delivery status that it cannot be read', async () => {
    await withServer(async ({ deliveryStatuses }, channel) => {
      const call = await deliveryStatuses?.unreadable(TEST_NOW_MS);
      if (call !== undefined) {
        expect(await channel.deliveryStatuses?.read(call)).toMatchObject({ outcome: 'unreadable' });
      }
    });
  });

  it('refuses everything where nothing is configured to verify with', async () => {
    await withServer(async ({ deliveryStatuses }, channel) => {
      const empty: DeliveryStatusCall = {
        method: 'POST',
        url: 'https://hub.example/x',
        headers: {},
        body: Buffer.alloc(0),
        nowMs: TEST_NOW_MS,
      };
      expect((await channel.deliveryStatuses?.read(empty))?.outcome).not.toBe('delivery_statuses');
      expect(deliveryStatuses).toBeDefined();
    });
  });
}

/** Calls that differ in one small way from the one that was signed. */
function forgeriesOf(call: DeliveryStatusCall): readonly DeliveryStatusCall[] {
  const body = Buffer.from(call.body);
  const changed = [1, 0.3, 0.5, 0.7].map((share) => {
    const copy = Buffer.from(body);
    const at = Math.min(body.length - 2, Math.floor(body.length * share));
    copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
    return { ...call, body: copy };
  });
  const unsigned = Object.keys(call.headers)
    .filter((name) => name.includes('signature') || name.includes('timestamp'))
    .flatMap((name) => {
      const { [name]: _, ...rest } = call.headers;
      return [
        { ...call, headers: rest },
        { ...call, headers: { ...call.headers, [name]: `${call.headers[name]}0` } },
      ];
    });
  const text = body.toString('utf8');
  const more = text.startsWith('[')
    ? `${text.slice(0, -1)},{}]`
    : text.startsWith('{')
      ? text.replace('Permanent', 'Transient')
      : `${text}&X=1`;
  return [
    ...changed,
    ...unsigned,
    { ...call, body: Buffer.from(more) },
    ...(call.url.includes('?')
      ? [{ ...call, url: call.url.replace(/notification=./, 'notification=f') }]
      : []),
  ];
}
