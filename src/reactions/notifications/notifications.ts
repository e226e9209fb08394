import { createHash } from 'node:crypto';
import { isUuid, uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import { type Database, withTenant, withTransaction } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { EnvelopeSealer, Keyring } from '../../platform/sealing/sealing.ts';
import type { Shipment, TrackingDeps } from '../../tracking/ports/shipments.ts';
import type { ChannelsOf, DeliveryStatus, WrittenMessage } from './contract.ts';
import {
  type Attempt,
  applyDeliveryStatus,
  attemptsOf,
  CONFIRMATION,
  insertWritten,
  listNotifications,
  type Notification,
  type NotificationFilter,
  notificationById,
  openWritten,
  reviveDead,
  sealWritten,
  writtenOfShipment,
} from './notifications.sql.ts';
import { withoutAddresses } from './people/addresses.ts';
import { type PersonalLink, personalLink } from './people/people.ts';
import { addressKey, suppress } from './people/preferences.sql.ts';
import { dropOldNotifications, type MessageRetention } from './retention.sql.ts';
import type { RuleSet } from './rules/rule-set.ts';
import { createRulesInForce, type RulesInForce } from './rules/rules-in-force.ts';
import { type ByLink, createByLink } from './subscribing/by-link.ts';
import {
  codeRequest,
  codeTicket,
  confirmByCode,
  offersOf,
  type SubscriptionOffers,
} from './subscribing/offered.ts';
import {
  type SubscribeOutcome,
  type SubscribeRequest,
  subscribe,
} from './subscribing/subscribe.ts';
import { type Reach, reachOf, writtenTo } from './writing/reach.ts';

export interface NotificationsDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly tracking: TrackingDeps;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  /** The installation's rules, read from `config/notification-rules.yaml`. */
  readonly installationRules: RuleSet;
  /**
   * Finds a tenant's channels. Absent: phone numbers can be subscribed only if the rules allow it.
   */
  readonly channelsOf?: ChannelsOf;
}

/** Reads and changes notifications; the senders are started separately. */
export interface Notifications {
  readonly rules: RulesInForce;
  readonly byLink: ByLink;
  /** The key for address hashes. */
  readonly addressKey: () => Promise<Uint8Array>;
  subscribe(wanted: SubscribeRequest): Promise<SubscribeOutcome>;
  /**
   * Requests a subscription by SMS with a code. Resolves to the ticket that `confirmByCode` needs
   * with the code.
   */
  subscribeByCode(wanted: SubscribeRequest): Promise<string>;
  /** Confirms a subscription. False: the code is wrong, expired, or was tried too often. */
  confirmByCode(ticket: string, code: string): Promise<boolean>;
  /** The channels besides mail by which strangers can subscribe to a parcel. */
  offers(numbers: SubscribeRequest['numbers']): Promise<SubscriptionOffers>;
  list(
    tenant: Tenant,
    filter: NotificationFilter,
    page: { readonly before: string | null; readonly limit: number },
  ): Promise<readonly Notification[]>;
  find(
    tenant: Tenant,
    id: string,
  ): Promise<{ notification: Notification; attempts: readonly Attempt[] } | null>;
  /** Resends a dead letter. Not a confirmation: the subscriber requests a new one. */
  revive(tenant: Tenant, id: string): Promise<'queued' | 'absent' | 'not_dead' | 'confirmation'>;
  recordDeliveryStatuses(
    provider: string,
    tenant: Tenant | null,
    deliveryStatuses: readonly DeliveryStatus[],
  ): Promise<number>;
  /**
   * Makes a personal link for the recipient; null: the shipment has no address that identifies one.
   */
  personalLink(shipment: Shipment, hours: number): PersonalLink | null;
  /** How the recipients of shipments can be written to, in the order of the shipments. */
  reach(tenant: Tenant, shipments: readonly Shipment[]): Promise<readonly Reach[]>;
  /**
   * Writes to recipients by hand. Resolves to the number of messages; null: the form is too old.
   */
  write(tenant: Tenant, message: MessageToWrite): Promise<number | null>;
  /** The messages written by hand about a shipment, by the message's id. */
  writtenAbout(tenant: Tenant, shipmentId: string): Promise<ReadonlyMap<string, WrittenMessage>>;
  dropOld(limit: number, retention: MessageRetention): Promise<number>;
}

export function createNotifications(deps: NotificationsDeps): Notifications {
  const { db, keyring, clock, randomBytes } = deps;
  let key: Promise<Uint8Array> | null = null;
  const cachedKey = (): Promise<Uint8Array> => {
    key ??= addressKey(db.pipeline, keyring, randomBytes).catch((error: unknown) => {
      key = null;
      throw error;
    });
    return key;
  };
  const rules = createRulesInForce({ db, clock, installation: deps.installationRules });
  return {
    rules,
    byLink: createByLink({ db, rules, keyring, clock }),
    addressKey: cachedKey,
    subscribe: (deliveryRequest) =>
      subscribe({ ...deps, rules, addressKey: cachedKey }, deliveryRequest),
    async subscribeByCode(wanted) {
      const byCode = codeRequest(deps);
      await subscribe({ ...deps, rules, addressKey: cachedKey }, { ...wanted, byCode });
      return codeTicket(deps, byCode);
    },
    confirmByCode: (ticket, code) => confirmByCode(deps, ticket, code),
    offers: (numbers) => offersOf({ ...deps, rules }, numbers),
    list: (tenant, filter, { before, limit }) =>
      withTenant(db.app, tenant, (tx) => listNotifications(tx, filter, before, limit)),
    async find(tenant, id) {
      if (!isUuid(id)) return null;
      return withTenant(db.app, tenant, async (tx) => {
        const notification = await notificationById(tx, id);
        return notification && { notification, attempts: await attemptsOf(tx, id) };
      });
    },
    async revive(tenant, id) {
      if (!isUuid(id)) return 'absent';
      return withTenant(db.app, tenant, async (tx) => {
        if (await reviveDead(tx, id, clock.nowMs())) return 'queued';
        const found = await notificationById(tx, id);
        if (found === null) return 'absent';
        return found.template === CONFIRMATION ? 'confirmation' : 'not_dead';
      });
    },
    recordDeliveryStatuses: (provider, tenant, deliveryStatuses) =>
      recordDeliveryStatuses(deps, provider, tenant, deliveryStatuses),
    personalLink: (shipment, hours) => {
      const { sealer } = deps.tracking;
      return personalLink({ keyring, sealer }, shipment, { nowMs: clock.nowMs(), hours });
    },
    reach: (tenant, shipments) =>
      reachOf(
        db.pipeline,
        { sealer: deps.tracking.sealer, addressKey: cachedKey },
        tenant,
        shipments,
      ),
    write: (tenant, message) => writeToRecipients(deps, tenant, message),
    writtenAbout: (tenant, shipmentId) => writtenAbout(deps, tenant, shipmentId),
    dropOld: (limit, retention) =>
      dropOldNotifications(db.pipeline, clock.nowMs(), limit, retention),
  };
}

interface DeliveryStatusesDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Records the delivery statuses of an authenticated call. They may come twice and in any order: only a
 * complaint replaces a bounce, and nothing replaces a complaint.
 *
 * @param tenant the tenant of the channel that the provider called; null: it is the installation's,
 *   which serves all.
 * @returns how many of the statuses were about our messages.
 */
async function recordDeliveryStatuses(
  { db, clock, log }: DeliveryStatusesDeps,
  provider: string,
  tenant: Tenant | null,
  deliveryStatuses: readonly DeliveryStatus[],
): Promise<number> {
  let known = 0;
  for (const deliveryStatus of deliveryStatuses) {
    // The status is not final: the provider keeps trying, and reports the end.
    const { state } = deliveryStatus;
    if (state === 'deferred') continue;
    const reason =
      deliveryStatus.reason === null ? null : withoutAddresses(deliveryStatus.reason, '');
    const nowMs = clock.nowMs();
    const about = await withTransaction(db.pipeline, async (tx) => {
      const found = await applyDeliveryStatus(
        tx,
        provider,
        tenant,
        { ...deliveryStatus, state, reason },
        nowMs,
      );
      if (found === null) return null;
      if (deliveryStatus.permanent || state === 'complained') {
        const why = state === 'complained' ? 'complained' : 'bounced';
        await suppress(tx, found.tenant, found, why, nowMs);
      }
      return found;
    });
    if (about === null) continue;
    known += 1;
    if (deliveryStatus.state !== 'delivered') {
      const { id: notification_id, channel } = about;
      log.info(
        { notification_id, channel, provider, state: deliveryStatus.state, reason },
        'reported by the provider',
      );
    }
  }
  return known;
}

interface WriteDeps {
  readonly db: Pick<Database, 'app'>;
  readonly tracking: { readonly sealer: EnvelopeSealer };
  readonly clock: Clock;
}

/**
 * The time after which a message is stale. It may wait for quiet hours or a provider, but not for
 * many days.
 */
const STALE_AFTER_S = 3 * 86_400;
/** The maximum age of the form on which a message is written. */
const MESSAGE_MS_MAX = 86_400_000;

/** A message to the recipients of several parcels. */
interface MessageToWrite extends WrittenMessage {
  /** The UUIDv7 of the form: a form that is sent twice writes once. */
  readonly messageId: string;
  readonly shipments: readonly Shipment[];
}

/**
 * Puts the message into the outbox for every recipient who can be written to. Each message is
 * decided when it is due, as all messages are: a recipient who has unsubscribed gets none, and the
 * parcel's page shows that.
 *
 * @returns the number of recipients; null: the form is older than a day, or its id is not valid.
 */
async function writeToRecipients(
  deps: WriteDeps,
  tenant: Tenant,
  { messageId, shipments, ...written }: MessageToWrite,
): Promise<number | null> {
  const nowMs = deps.clock.nowMs();
  const madeMs = Number.parseInt(messageId.replace('-', '').slice(0, 12), 16);
  if (Number.isNaN(madeMs) || Math.abs(nowMs - madeMs) > MESSAGE_MS_MAX) return null;
  let count = 0;
  // Shipments are locked one by one: two processes that lock several at once could block each
  // other.
  for (const shipment of shipments) {
    const channel = writtenTo(deps.tracking.sealer, shipment)?.channel ?? null;
    if (channel === null) continue;
    const id = idOf(messageId, madeMs, shipment.id);
    const sealed = sealWritten(deps.tracking.sealer, written);
    const message = { id, shipmentId: shipment.id, channel, ...sealed };
    const isQueued = await withTenant(deps.db.app, tenant, (tx) =>
      insertWritten(tx, tenant, message, { nowMs, forS: STALE_AFTER_S }),
    );
    if (isQueued) count += 1;
  }
  return count;
}

/**
 * The id of the message to one recipient: always the same for the same form and parcel, and in time
 * order with all others.
 */
function idOf(messageId: string, madeMs: number, shipmentId: string): string {
  return uuidV7(madeMs, createHash('sha256').update(`${messageId} ${shipmentId}`).digest());
}

/** The messages written by hand to a shipment's recipient, by the message's id. */
async function writtenAbout(
  { db, tracking }: WriteDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<ReadonlyMap<string, WrittenMessage>> {
  const rows = await withTenant(db.app, tenant, (tx) => writtenOfShipment(tx, shipmentId));
  return new Map(rows.map(({ id, ...each }) => [id, openWritten(tracking.sealer, each)]));
}
