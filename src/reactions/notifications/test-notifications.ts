import type { ProofKind } from '../../kernel/proof-kinds.ts';
import type { Status } from '../../kernel/status.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createKeyring, KEY_BYTES, type Keyring } from '../../platform/sealing/sealing.ts';
import type { Personal, Shipment } from '../../tracking/ports/shipments.ts';
import { commandShipment } from '../../tracking/ports/shipments.ts';
import { body, startAcme, type TestReport } from '../../tracking/test-acme.ts';
import type { TestTracking } from '../../tracking/test-tracking.ts';
import type {
  Channel,
  ChannelKind,
  Message,
  Rendered,
  RenderInput,
  Repeat,
  SendOutcome,
} from './contract.ts';
import { CHANNEL_KINDS } from './contract.ts';
import { createNotifications, type Notifications } from './notifications.ts';
import { type RuleSet, ruleSet } from './rules/rule-set.ts';
import { type RunningNotifications, startNotifications } from './start-notifications.ts';

/** A message that a test channel got, and the input from which it was rendered. */
export interface Sent {
  readonly kind: ChannelKind;
  readonly milestone: string;
  readonly to: string;
  readonly message: Message;
  readonly input: RenderInput;
}

/**
 * Notifications on a real database, with channels that record their messages and a clock that does
 * not move.
 */
export interface TestNotifications {
  readonly hub: TestTracking;
  readonly keyring: Keyring;
  readonly notifications: Notifications;
  readonly running: RunningNotifications;
  /** The shipments whose mailbox files were erased. */
  readonly erased: string[];
  /** Everything that was sent so far, in order. */
  readonly sent: Sent[];
  /** The measured delays, such as `email 7`: the channel, and the seconds after the event. */
  readonly counted: string[];
  /** The messages sent since the last call, such as `email picked_up`. */
  newlySent(): string[];
  /** Defines the answers to the next messages of a kind; after them, `accepted`. */
  answer(kind: ChannelKind, ...outcomes: (SendOutcome | Promise<SendOutcome>)[]): void;
  /** Defines the effect of a repeat by a kind; `recognizable` at first. */
  repeat(kind: ChannelKind, repeat: Repeat): void;
  /** Gives a merchant a channel of its own; null: it uses the installation's again. */
  own(
    merchantId: string,
    kind: ChannelKind,
    channel: (Pick<Channel, 'account' | 'send'> & Partial<Pick<Channel, 'provider'>>) | null,
  ): void;
  register(
    personal?: Partial<Personal>,
    more?: { promisedDate?: string; tags?: string[]; requireProof?: ProofKind[] },
  ): Promise<Shipment>;
  /** Ingests a push of the carrier. Times are in minutes before now. */
  ingest(shipment: Shipment, ...reports: Omit<TestReport, 'number'>[]): Promise<void>;
  /** Moves the parcel to a status by a command, a minute later. */
  move(shipment: Shipment, status: Status, subStatus?: string): Promise<void>;
  /** All decisions about a shipment, as `channel milestone state reason`. */
  decided(shipment: Shipment): Promise<string[]>;
  close(): Promise<void>;
}

export const TEST_RULES: RuleSet = ruleSet.parse({
  rules: [
    {
      name: 'all',
      milestones: [
        'picked_up',
        'at_facility',
        'out_for_delivery',
        'delivered',
        'corrected',
        'delivery_attempted',
        'exception',
        'edd_changed',
        'delay_predicted',
        'stalled',
      ],
      channels: ['email'],
      audience: ['recipient', 'subscribers'],
    },
    {
      name: 'sms',
      milestones: ['out_for_delivery', 'delivery_attempted'],
      channels: ['sms'],
      audience: ['recipient', 'subscribers'],
    },
    {
      name: 'ticket',
      milestones: ['exception_opened'],
      channels: ['ticket'],
      audience: ['merchant'],
    },
  ],
});

export const RECIPIENT: Partial<Personal> = {
  recipient: {
    name: 'R. Reader',
    email: 'Reader@Example.com',
    phone: '+1 212 555 0123',
    locale: 'de',
  },
  destination: { country: 'US', region: 'NY', postal_code: '10001' },
};

export async function startTestNotifications(
  rules: RuleSet = TEST_RULES,
): Promise<TestNotifications> {
  const hub = await startAcme();
  const keyring = createKeyring([Buffer.alloc(KEY_BYTES, 7)], hub.deps.randomBytes);
  const log = createLog({ level: (process.env['TEST_LOG'] ?? 'silent') as 'silent' });
  const deps = {
    db: hub.db,
    tracking: hub.deps,
    keyring,
    clock: hub.clock,
    log,
    randomBytes: hub.deps.randomBytes,
    installationRules: rules,
  };
  const notifications = createNotifications(deps);
  const provider = testProvider();
  const { sent, inputs } = provider;
  const erased: string[] = [];
  const counted: string[] = [];
  const owned = new Map<string, Channel>();
  const running = startNotifications({
    ...deps,
    notifications,
    listener: { on: () => () => {} },
    channelsOf: async ({ merchantId }, kind, whose = 'own') => {
      const own = whose === 'own' && owned.get(`${merchantId} ${kind}`);
      return own ? [own] : provider.channels.filter((each) => each.kind === kind);
    },
    eraseMailbox: async (shipmentId) => void erased.push(shipmentId),
    render: async (input) => {
      inputs.set(input.notificationId, input);
      return rendered(input);
    },
    publicUrl: () => 'https://hub.example',
    handedOver: (channel, seconds) => counted.push(`${channel} ${seconds}`),
  });
  await running.idle();
  let seen = 0;
  let count = 0;
  return {
    hub,
    keyring,
    notifications,
    running,
    sent,
    erased,
    counted,
    newlySent() {
      const fresh = sent.slice(seen).map(({ kind, milestone }) => `${kind} ${milestone}`);
      seen = sent.length;
      return fresh;
    },
    answer: provider.answer,
    repeat: provider.repeat,
    own(merchantId, kind, channel) {
      const key = `${merchantId} ${kind}`;
      if (channel === null) owned.delete(key);
      else owned.set(key, { provider: 'own', kind, repeat: 'recognizable', ...channel });
    },
    async register(personal = RECIPIENT, more = {}) {
      count += 1;
      const { shipment } = await hub.register({
        carrier: 'acme',
        trackingNumber: `ACME-${count}`,
        orderIds: [`order-${count}`],
        ...more,
        personal: { recipient: null, origin: null, destination: null, ...personal },
      });
      await running.idle();
      return shipment;
    },
    async ingest({ trackingNumber }, ...reports) {
      await hub.receive({
        carrier: 'acme',
        body: body(...reports.map((each) => ({ ...each, number: trackingNumber }))),
      });
      await running.idle();
    },
    async move(shipment, status, subStatus) {
      hub.clock.advance(60_000);
      const command = { status, subStatus: subStatus ?? null, occurredAtMs: null, note: null };
      const outcome = await commandShipment(hub.deps, hub.tenant, shipment.id, {
        ...command,
        apiKeyId: null,
      });
      if (outcome.kind !== 'done') throw new Error(`${status}: ${outcome.kind}`);
      await running.idle();
    },
    async decided({ id }) {
      const { rows } = await hub.db.pipeline.query<{ line: string }>(
        `select concat_ws(' ', channel, milestone, state, reason) as line from notifications
         where shipment_id = $1 order by id, channel`,
        [id],
      );
      return rows.map(({ line }) => line);
    },
    async close() {
      await running.stop();
      await hub.close();
    },
  };
}

/** Channels of every kind that record their messages. */
function testProvider() {
  const sent: Sent[] = [];
  const answers = new Map<ChannelKind, (SendOutcome | Promise<SendOutcome>)[]>();
  const repeats = new Map<ChannelKind, Repeat>();
  /** The input from which each message was rendered, by its id. */
  const inputs = new Map<string, RenderInput>();
  const channels = CHANNEL_KINDS.map(
    (kind): Channel => ({
      provider: `test-${kind}`,
      kind,
      get repeat() {
        return repeats.get(kind) ?? 'recognizable';
      },
      async send(message) {
        const input = inputs.get(message.notificationId);
        if (input === undefined) throw new Error('sent before it was rendered');
        const { milestone, to } = message;
        sent.push({ kind, milestone, to, message, input });
        const accepted = { outcome: 'accepted', providerId: `id-${sent.length}` } as const;
        return (await answers.get(kind)?.shift()) ?? accepted;
      },
    }),
  );
  return {
    sent,
    inputs,
    channels,
    answer(kind: ChannelKind, ...outcomes: (SendOutcome | Promise<SendOutcome>)[]): void {
      answers.set(kind, [...(answers.get(kind) ?? []), ...outcomes]);
    },
    repeat: (kind: ChannelKind, repeat: Repeat): void => void repeats.set(kind, repeat),
  };
}

function rendered({ kind, template, links }: RenderInput): Rendered {
  switch (kind) {
    case 'email':
      return {
        kind,
        subject: template,
        html: '<p>',
        text: links.actionUrl ?? '',
        unsubscribeUrl: links.unsubscribeUrl,
      };
    case 'sms':
      return { kind, text: template };
    case 'push':
      return { kind, title: template, body: template, url: links.trackUrl };
    case 'webhook':
      return { kind, body: { template } };
    case 'ticket':
      return {
        kind,
        subject: template,
        text: template,
        tags: [],
        update: { kind: 'other', happened: [], contact: null },
        externalId: 'case',
      };
  }
}
