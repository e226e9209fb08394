import { z } from 'zod';
import type {
  EventExtraOf,
  LoggedShipment,
  PreviousShipment,
  ShipmentEventType,
} from '../../events/event.ts';
import type { Tenant } from '../../kernel/tenant.ts';

/**
 * The kinds of channels. This file is the contract between notifications and whoever writes a
 * channel: a plug-in that turns one rendered message into one call of a provider and reads the
 * answer. It decides nothing about whom to notify, when, or how often.
 */

export const CHANNEL_KINDS = ['email', 'sms', 'push', 'webhook', 'ticket'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** A channel by which people subscribe to a parcel. */
export type SubscriptionChannel = Extract<ChannelKind, 'email' | 'sms' | 'push'>;

export function isSubscriptionChannel(channel: string): channel is SubscriptionChannel {
  return channel === 'email' || channel === 'sms' || channel === 'push';
}

/** The topics of messages, as rules name them. Ordinary ones follow the status of the same name. */
export const MILESTONES = [
  'created',
  'picked_up',
  'in_transit',
  'at_facility',
  'out_for_delivery',
  /** The courier is minutes away. */
  'arriving',
  'available_for_pickup',
  'delivery_attempted',
  'exception',
  'stalled',
  'returning',
  'delivered',
  'returned_to_sender',
  'cancelled',
  'corrected',
  'edd_changed',
  'delay_predicted',
  'exception_opened',
  'exception_updated',
  'exception_resolved',
  /** The recipient's request was arranged, or cannot be. */
  'delivery_request_confirmed',
] as const;
export const milestone = z.enum(MILESTONES).meta({ id: 'Milestone' });
export type Milestone = (typeof MILESTONES)[number];

/**
 * The templates of messages. A rule may name another template than that of its milestone. The last
 * two follow no event: the message that asks a subscriber to confirm, and the one that a member of
 * the merchant writes by hand.
 */
export const TEMPLATES = [...MILESTONES, 'confirm_subscription', 'merchant_message'] as const;
export type TemplateName = (typeof TEMPLATES)[number];

/** The mails to members of a merchant, which are about no parcel and which no rule names. */
export type MemberMail = 'member_sign_in' | 'member_invitation';

export const AUDIENCES = ['recipient', 'subscribers', 'merchant'] as const;
export type Audience = (typeof AUDIENCES)[number];

/**
 * A message in the form that its kind of channel needs. It is complete: nothing is filled in later.
 */
export type Rendered =
  | {
      readonly kind: 'email';
      readonly subject: string;
      readonly html: string;
      readonly text: string;
      /** The URL for the List-Unsubscribe headers (RFC 8058); null: they are not sent. */
      readonly unsubscribeUrl: string | null;
      /**
       * The merchant's name, shown before the channel's address; absent: the channel's own name.
       */
      readonly fromName?: string | null;
      /** The address for answers; absent: the one in the channel's configuration. */
      readonly replyTo?: string | null;
    }
  | { readonly kind: 'sms'; readonly text: string }
  | {
      readonly kind: 'push';
      readonly title: string;
      readonly body: string;
      readonly url: string;
    }
  | { readonly kind: 'webhook'; readonly body: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'ticket';
      readonly subject: string;
      readonly text: string;
      /** The ticket's tags, such as `delivery-exception`. */
      readonly tags: readonly string[];
      /** The case of the ticket: all messages about a case have the same id. */
      readonly externalId: string;
      readonly update: TicketUpdate;
    };

/** What a message reports about the case of a ticket. */
export interface TicketUpdate {
  /** `opened` also when the case begins again; `other`: the message is about no case. */
  readonly kind: 'opened' | 'updated' | 'resolved' | 'other';
  /** What was done, by the names in the log entry: `delivery_request_made`, `claim_submitted`, … */
  readonly happened: readonly string[];
  /** How to reach the recipient; null: it was not looked up. */
  readonly contact: CaseDetails['contact'] | null;
}

/** One message to one recipient. */
export interface Message {
  /**
   * The notification's id, a UUID. Message-ID and idempotency keys are made of it, so that a repeat
   * is recognized.
   */
  readonly notificationId: string;
  readonly tenant: Tenant;
  /** The shipment's id; for a mail to a member, the mail's own id. */
  readonly shipmentId: string;
  /** The topic; `confirm_subscription` asks an address to opt in. */
  readonly milestone: TemplateName | MemberMail;
  /**
   * The address: a mail address, an E.164 number, a push subscription as JSON or token, or a URL;
   * empty for tickets.
   */
  readonly to: string;
  readonly rendered: Rendered;
}

/**
 * The effect of sending the same notification a second time. `idempotent`: none, because the
 * provider recognizes its key. `recognizable`: the recipient gets two messages with the same
 * Message-ID. `never`: the recipient would get two messages, so it is not sent again if the first
 * may have been sent.
 */
export type Repeat = 'idempotent' | 'recognizable' | 'never';

export type SendOutcome =
  /** The provider has accepted the message. */
  | { readonly outcome: 'accepted'; readonly providerId: string | null }
  /** The message certainly was not sent, but may be later. */
  | { readonly outcome: 'retry'; readonly reason: string; readonly retryAfterS: number | null }
  /**
   * The message never will be sent. `address`: the address is unusable and must not be written to
   * again.
   */
  | { readonly outcome: 'refused'; readonly reason: string; readonly address: boolean }
  /** The message may have been sent: the connection broke before the answer. */
  | { readonly outcome: 'unknown'; readonly reason: string };

/** A configured channel, ready to send. */
export interface Channel {
  /** The name of the provider's plug-in, such as `smtp`. */
  readonly provider: string;
  readonly kind: ChannelKind;
  /**
   * The id of the account with the provider, which the composition sets, not the plug-in. Absent:
   * the installation's. A provider recognizes a repeat only within one account.
   */
  readonly account?: string;
  readonly repeat: Repeat;
  /**
   * The public VAPID key with which browsers subscribe, in URL-safe Base64; absent: they cannot.
   */
  readonly browserKey?: string;
  /**
   * Whether this channel can write to an address, if its kind has several forms of addresses (a
   * push subscription, a push token). Absent: it can write to all of its kind.
   */
  takes?(to: string): boolean;
  /** Sends a message. Never throws, and never takes longer than the channel's own timeout. */
  send(message: Message): Promise<SendOutcome>;
  /** Reads the provider's calls with delivery statuses; absent if the provider makes none. */
  readonly deliveryStatuses?: DeliveryStatusReader;
  /**
   * Erases what the channel itself stores about a deleted shipment; absent if it stores nothing.
   */
  erase?(shipmentId: string): Promise<void>;
  close?(): Promise<void>;
}

/** What a provider reports about a message that it had accepted. */
export interface DeliveryStatus {
  /**
   * The provider's id as in `accepted`; null if the provider reports the notification's id instead.
   */
  readonly providerId: string | null;
  readonly notificationId: string | null;
  readonly state: 'delivered' | 'bounced' | 'complained' | 'failed' | 'deferred';
  /** Whether the address must not be written to again. */
  readonly permanent: boolean;
  readonly reason: string | null;
  readonly atMs: number | null;
}

export interface DeliveryStatusCall {
  readonly method: string;
  /** The URL that the provider called, with its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly nowMs: number;
}

type DeliveryStatusVerdict =
  | { readonly outcome: 'delivery_statuses'; readonly deliveryStatuses: readonly DeliveryStatus[] }
  | { readonly outcome: 'forged'; readonly reason: string }
  | { readonly outcome: 'unreadable'; readonly reason: string };

export interface DeliveryStatusReader {
  /**
   * Verifies the signature over the raw bytes, in constant time, then reads the statuses. Never
   * rejects.
   */
  read(call: DeliveryStatusCall): Promise<DeliveryStatusVerdict>;
}

/**
 * The values that templates can contain. Each is escaped for its place. Null: unknown, so it is
 * left out.
 */
export interface TemplateVariables {
  readonly merchantName: string;
  readonly recipientName: string | null;
  readonly carrierName: string;
  readonly trackingNumber: string;
  readonly orderId: string | null;
  /** The status in our own words, in the language of the message. */
  readonly statusText: string;
  readonly reasonText: string | null;
  /** `Thursday, 12 March, between 09:00 and 12:00`, in the recipient's zone and language. */
  readonly estimateText: string | null;
  readonly previousEstimateText: string | null;
  /** The minutes until the courier is expected, rounded, such as `10`. */
  readonly arrivingMinutes: string | null;
  readonly locationText: string | null;
  readonly occurredText: string | null;
  /** The pickup point of the parcel, such as `Corner Shop, 1 Main Street, Boulder 80301`. */
  readonly pickupPoint: string | null;
  readonly pickupHours: string | null;
  readonly trackUrl: string;
  /** The signed, expiring link by which the recipient can act. */
  readonly actionUrl: string | null;
  readonly unsubscribeUrl: string | null;
  readonly preferencesUrl: string | null;
  /**
   * The request, such as `delivery on Thursday, March 12, in the morning`; only for its author and
   * the merchant.
   */
  readonly deliveryRequestText: string | null;
  /**
   * The PIN that the recipient gives at the door. No template contains it: the frame adds it, so
   * that no text omits it or shows it where others may read it.
   */
  readonly pin: string | null;
  /** Whether the request was refused. */
  readonly deliveryRequestRefused: boolean;
}

/** A message by a member of the merchant to recipients. It is plain text without placeholders. */
export interface WrittenMessage {
  /** The subject, one line; an SMS has none. */
  readonly subject: string;
  /** Each line is a paragraph of the mail. */
  readonly text: string;
}

/** The content of a message before rendering. */
export interface RenderInput {
  readonly notificationId: string;
  readonly tenant: Tenant;
  readonly kind: ChannelKind;
  readonly template: TemplateName;
  readonly audience: Audience;
  /** The language tag of the recipient or subscriber; null: the merchant's default. */
  readonly locale: string | null;
  /** What the message is about; null for `confirm_subscription` and `merchant_message`. */
  readonly event: RenderEvent | null;
  /** Text written by hand, shown beside the template's. Absent: none. */
  readonly written?: WrittenMessage | null;
  /** The shipment as it is at this moment, without anything personal (`shipmentJson`). */
  readonly shipment: LoggedShipment;
  /**
   * The recipient's name; only for the recipient's own messages: others contain no name and no
   * order.
   */
  readonly recipientName: string | null;
  readonly orderId: string | null;
  /** The PIN for the courier; only in the recipient's own mail or SMS. Absent: none. */
  readonly pin?: string | null;
  /** The confirmation code of an SMS, in place of its link. Absent: none. */
  readonly code?: string | null;
  /**
   * Whether the message may name the merchant. If several merchants follow the number, the name
   * would tell strangers whose parcel it is; then the neutral brand is used.
   */
  readonly branded: boolean;
  readonly links: RenderLinks;
  /** The details of a sample; absent: the renderer looks them up. */
  readonly details?: CaseDetails;
}

/**
 * The personal data that the log omits. They are for the recipient who made the request, and for
 * tickets, whose readers work on the case.
 */
export interface CaseDetails {
  readonly contact: {
    readonly name: string | null;
    readonly email: string | null;
    readonly phone: string | null;
  };
  /** Newest first. */
  readonly deliveryRequests: readonly DeliveryRequestDetails[];
  readonly claim: {
    readonly state: 'draft' | 'submitted' | 'accepted' | 'rejected';
    /**
     * The claimed amount in the currency's smallest unit; null together with the currency: not
     * known yet.
     */
    readonly amountMinor: number | null;
    readonly grantedMinor: number | null;
    readonly currency: string | null;
    readonly reference: string | null;
  } | null;
}

export interface DeliveryRequestDetails {
  readonly kind: 'reschedule' | 'pickup_point' | 'hold_at_facility' | 'address';
  readonly state: 'asking' | 'accepted' | 'open' | 'done' | 'refused';
  /** `YYYY-MM-DD`. */
  readonly date: string | null;
  readonly window: 'morning' | 'afternoon' | 'evening' | null;
  /** The instructions for the driver. */
  readonly instructions: string | null;
  readonly place: string | null;
  /** The corrected address; null: the address is right as it is. */
  readonly address: readonly string[] | null;
}

/** Looks up the details of one request, or of a case. Null: the shipment was deleted. */
export type CaseDetailsOf = (
  tenant: Tenant,
  shipmentId: string,
  of: { readonly caseId: string | null; readonly deliveryRequestId: string | null },
) => Promise<CaseDetails | null>;

/**
 * The event of a message: the shipment right after it, with the additional data of some event
 * types.
 */
interface RenderEvent {
  readonly id: string;
  readonly type: ShipmentEventType;
  readonly occurredAtMs: number;
  readonly data: LoggedShipment & Partial<CaseUpdate & RequestUpdate & ArrivingUpdate>;
  readonly previousAttributes: PreviousShipment;
}

type CaseUpdate = EventExtraOf<'shipment.exception_updated'>;
type ArrivingUpdate = EventExtraOf<'shipment.arriving'>;
type RequestUpdate = EventExtraOf<'delivery_request.resolved'>;

export interface RenderLinks {
  readonly trackUrl: string;
  /** The link to self-service for the recipient; for `confirm_subscription` the confirming link. */
  readonly actionUrl: string | null;
  readonly unsubscribeUrl: string | null;
  readonly preferencesUrl: string | null;
}

/**
 * Renders a message. Throws only if the machine fails: if a merchant's template cannot be used, the
 * shipped one is.
 */
export type Render = (input: RenderInput) => Promise<Rendered>;

/**
 * Returns a tenant's channels for a kind, in the order in which they are tried for an address.
 * `installation`: no merchant's own channels, for messages that are in no merchant's name.
 */
export type ChannelsOf = (
  tenant: Tenant,
  kind: ChannelKind,
  whose?: 'own' | 'installation',
) => Promise<readonly Channel[]>;

/** Why no notification was sent; stored with the decision. */
export const NOT_SENT_REASONS = [
  /** The same was already sent within the rule's window. */
  'duplicate',
  /** The address has unsubscribed from it. */
  'preference',
  /** The event was too old when we learned of it, or could not be sent in time. */
  'stale',
  /** The parcel has moved on since. */
  'superseded',
  /**
   * The source of the report can be forged. A message that cannot be undone waits until a second
   * source confirms it.
   */
  'unconfirmed',
  /** A provider reported that this address must not be written to. */
  'bounced',
  /** There is no address for this channel. */
  'no_address',
  /** No channel of this kind is configured. */
  'no_channel',
  /** The rule was switched off or removed before the message was sent. */
  'rule_off',
  /** The shipment was deleted before the message was sent. */
  'deleted',
] as const;
export type NotSentReason = (typeof NOT_SENT_REASONS)[number];

/** Why a message waits after a decision. */
export const WAITING_REASONS = [
  'quiet_hours',
  /** The expected day moved again recently, and may move once more. */
  'settling',
] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

export const NOTIFICATION_STATES = [
  'queued',
  'postponed',
  'sending',
  'sent',
  'delivered',
  'bounced',
  'complained',
  'failed',
  'dead',
  'unknown',
  'not_sent',
] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];
