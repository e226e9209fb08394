import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import { type Database, withTenant } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import type { Shipment, TrackingDeps } from '../../tracking/index.ts';
import type { ChannelsOf, DeliveryStatus, WrittenMessage } from './contract.ts';
import { recordDeliveryStatuses } from './deliver/delivery-statuses.ts';
import {
  type Attempt,
  attemptsOf,
  CONFIRMATION,
  listNotifications,
  type Notification,
  type NotificationFilter,
  notificationById,
  reviveDead,
} from './notifications.sql.ts';
import { type PersonalLink, personalLink } from './people/personal-link.ts';
import { addressKey } from './people/preferences.sql.ts';
import { dropOldNotifications, type MessageRetention } from './retention.sql.ts';
import type { RuleSet } from './rules/rule-set.ts';
import { createRulesInForce, type RulesInForce } from './rules/rules-in-force.ts';
import { codeRequest, codeTicket, confirmByCode } from './subscribing/by-code.ts';
import { type ByLink, createByLink } from './subscribing/by-link.ts';
import { offersOf, type SubscriptionOffers } from './subscribing/offered.ts';
import {
  type SubscribeOutcome,
  type SubscribeRequest,
  subscribe,
} from './subscribing/subscribe.ts';
import {
  type MessageToWrite,
  type WrittenBy,
  writeToRecipients,
  writtenAbout,
  writtenBy,
} from './writing/write.ts';

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
  /** The channel by which the recipient of a shipment can be written to. */
  writtenBy(shipment: Shipment): WrittenBy;
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
  const theKey = (): Promise<Uint8Array> => {
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
    addressKey: theKey,
    subscribe: (deliveryRequest) =>
      subscribe({ ...deps, rules, addressKey: theKey }, deliveryRequest),
    async subscribeByCode(wanted) {
      const byCode = codeRequest(deps);
      await subscribe({ ...deps, rules, addressKey: theKey }, { ...wanted, byCode });
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
    writtenBy: (shipment) => writtenBy(deps, shipment),
    write: (tenant, message) => writeToRecipients(deps, tenant, message),
    writtenAbout: (tenant, shipmentId) => writtenAbout(deps, tenant, shipmentId),
    dropOld: (limit, retention) =>
      dropOldNotifications(db.pipeline, clock.nowMs(), limit, retention),
  };
}
