import { z } from 'zod';
import type {
  BesideShipment,
  LoggedShipment,
  PreviousShipment,
  ShipmentEventType,
} from '../../events/event.ts';
import type { Tenant } from '../../kernel/tenant.ts';

/**
 * What a channel is, for whoever writes one, and what the rest of notifications hands it. A channel
 * is a plug-in: one file that turns one rendered message into one call of a provider and reads the
 * answer. It decides nothing about whom to notify, when, or how often.
 */

export const CHANNEL_KINDS = ['email', 'sms', 'push', 'webhook', 'ticket'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** What messages can be about; rules name these. Ordinary ones follow the status of the same name. */
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
 * What a message is made from. Rules may name another than their milestone's own; the last two follow no
 * event: what asks a subscriber to confirm, and what somebody of the merchant writes by hand.
 */
export const TEMPLATES = [...MILESTONES, 'confirm_subscription', 'merchant_message'] as const;
export type TemplateName = (typeof TEMPLATES)[number];

/** Mails to people who work at the desk, which are about no parcel and which no rule names. */
export type MemberMail = 'member_sign_in' | 'member_invitation';

export const AUDIENCES = ['recipient', 'subscribers', 'merchant'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** A message in the words of one kind of channel, complete: nothing is filled in after this. */
export type Rendered =
  | {
      readonly kind: 'email';
      readonly subject: string;
      readonly html: string;
      readonly text: string;
      /** RFC 8058: with it the List-Unsubscribe headers are sent. */
      readonly unsubscribeUrl: string | null;
      /** The merchant's name before the channel's own address; absent: the channel's own name. */
      readonly fromName?: string | null;
      /** Where answers go; absent: as the channel is configured. */
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
      /** `delivery-exception` among them. */
      readonly tags: readonly string[];
      /** The case it is about; the same case is the same ticket. */
      readonly externalId: string;
      readonly update: TicketUpdate;
    };

/** Where a ticket's case is with this message. */
export interface TicketUpdate {
  /** `opened` also when it begins again; `other`: a rule makes tickets of what is no case. */
  readonly kind: 'opened' | 'updated' | 'resolved' | 'other';
  /** What was done, as the log's entry names it: `delivery_request_made`, `claim_submitted`, … */
  readonly happened: readonly string[];
  /** How to reach the recipient; null: it was not looked up. */
  readonly contact: CaseDetails['contact'] | null;
}

/** One message to one recipient. */
export interface Message {
  /** UUID; Message-ID and idempotency keys are made of it, so that a repeat is recognized. */
  readonly notificationId: string;
  readonly tenant: Tenant;
  /** Of a member's mail its own id. */
  readonly shipmentId: string;
  /** The topic; `confirm_subscription` asks an address to opt in. */
  readonly milestone: TemplateName | MemberMail;
  /** A mail address, an E.164 number, a push subscription as JSON or token, a URL; empty for tickets. */
  readonly to: string;
  readonly rendered: Rendered;
}

/**
 * What a second send of the same notification would do. `idempotent`: nothing, the provider knows
 * its key. `recognizable`: the same Message-ID arrives again. `never`: it would arrive twice, so
 * where it is not known whether the first went out, there is no second.
 */
export type Repeat = 'idempotent' | 'recognizable' | 'never';

export type SendOutcome =
  /** The provider has it. */
  | { readonly outcome: 'accepted'; readonly providerId: string | null }
  /** It certainly was not sent, and may be later. */
  | { readonly outcome: 'retry'; readonly reason: string; readonly retryAfterS: number | null }
  /** It never will be. `address`: the address is unusable and must not be written to again. */
  | { readonly outcome: 'refused'; readonly reason: string; readonly address: boolean }
  /** It may have been sent: the connection broke before the answer. */
  | { readonly outcome: 'unknown'; readonly reason: string };

/** A configured channel, ready to send. */
export interface Channel {
  /** Of the plug-in, such as `smtp`. */
  readonly provider: string;
  readonly kind: ChannelKind;
  /**
   * Whose account with the provider it is; the composition says so, no plug-in. Absent: the
   * installation's. Only a repeat through the same account is known for one.
   */
  readonly account?: string;
  readonly repeat: Repeat;
  /** By which browsers subscribe to it: a public key of VAPID in Base64 for URLs; absent: not to browsers. */
  readonly browserKey?: string;
  /**
   * Whether this one can write to an address, where a kind knows several forms of them (a push
   * subscription, a push token). Absent: to all of its kind.
   */
  takes?(to: string): boolean;
  /** Never throws, never takes longer than its own time-out. */
  send(message: Message): Promise<SendOutcome>;
  /** Reads the provider's calls about what became of messages; absent where it makes none. */
  readonly deliveryStatuses?: DeliveryStatusReader;
  /** Destroys what it keeps itself of a deleted shipment's messages; absent where it keeps nothing. */
  erase?(shipmentId: string): Promise<void>;
  close?(): Promise<void>;
}

/** What became of a message that a provider had accepted. */
export interface DeliveryStatus {
  /** As `accepted` had it; null where the notification's own id came back instead. */
  readonly providerId: string | null;
  readonly notificationId: string | null;
  readonly state: 'delivered' | 'bounced' | 'complained' | 'failed' | 'deferred';
  /** True: the address must not be written to again. */
  readonly permanent: boolean;
  readonly reason: string | null;
  readonly atMs: number | null;
}

export interface DeliveryStatusCall {
  readonly method: string;
  /** The URL that the provider called, with query. */
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
  /** Verifies over the raw bytes, in constant time, then reads. Total. */
  read(call: DeliveryStatusCall): Promise<DeliveryStatusVerdict>;
}

/** What templates may say, typed; each is escaped for where it stands. Null: not known, left out. */
export interface TemplateVariables {
  readonly merchantName: string;
  readonly recipientName: string | null;
  readonly carrierName: string;
  readonly trackingNumber: string;
  readonly orderId: string | null;
  /** Our own words, in the language of the message. */
  readonly statusText: string;
  readonly reasonText: string | null;
  /** `Thursday, 12 March, between 09:00 and 12:00`, in the recipient's zone and language. */
  readonly estimateText: string | null;
  readonly previousEstimateText: string | null;
  /** `10`: in about so many minutes the courier is at the door. */
  readonly arrivingMinutes: string | null;
  readonly locationText: string | null;
  readonly occurredText: string | null;
  /** `Corner Shop, 1 Main Street, Boulder 80301`: where the parcel waits for pickup, or is going. */
  readonly pickupPoint: string | null;
  readonly pickupHours: string | null;
  readonly trackUrl: string;
  /** Where the recipient can act: signed, expiring. */
  readonly actionUrl: string | null;
  readonly unsubscribeUrl: string | null;
  readonly preferencesUrl: string | null;
  /** `delivery on Thursday, March 12, in the morning`; for who made the request, and the merchant. */
  readonly deliveryRequestText: string | null;
  /**
   * What the recipient says at the door. No text names it: the frame adds it, so that none leaves it out or
   * shows it where others may read along.
   */
  readonly pin: string | null;
  /** True: the request was refused. */
  readonly deliveryRequestRefused: boolean;
}

/** A message that a member of the merchant writes to recipients. Plain text without placeholders. */
export interface WrittenMessage {
  /** One line; an SMS has none. */
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
  /** A language tag that the recipient, subscriber or preferences name; null: the merchant's default. */
  readonly locale: string | null;
  /** What the message is about; null for `confirm_subscription` and `merchant_message`. */
  readonly event: RenderEvent | null;
  /** Text written by hand, shown beside the template's. Absent: none. */
  readonly written?: WrittenMessage | null;
  /** The shipment as it is at this moment, without anything personal (`shipmentJson`). */
  readonly shipment: LoggedShipment;
  /** Only for the recipient's own messages: others read no name and no order. */
  readonly recipientName: string | null;
  readonly orderId: string | null;
  /** The PIN that the courier will request; only in the recipient's own mail or SMS. Absent: none. */
  readonly pin?: string | null;
  /** The confirmation code of an SMS, in place of its link. Absent: none. */
  readonly code?: string | null;
  /**
   * False where naming the merchant would tell strangers whose parcel it is, because several follow
   * the number: then no brand but the neutral one.
   */
  readonly branded: boolean;
  readonly links: RenderLinks;
  /** For samples; absent: the renderer looks them up. */
  readonly details?: CaseDetails;
}

/**
 * What the log keeps to itself because it is personal: for the recipient whose request it is, and for
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
    /** Null together with the currency: not known yet. */
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
  /** For the driver. */
  readonly instructions: string | null;
  readonly place: string | null;
  /** What an address was corrected to; null: it is right as it is. */
  readonly address: readonly string[] | null;
}

/** Looks them up: those of one request, or of a case. Null: the shipment is gone. */
export type CaseDetailsOf = (
  tenant: Tenant,
  shipmentId: string,
  of: { readonly caseId: string | null; readonly deliveryRequestId: string | null },
) => Promise<CaseDetails | null>;

/** An event as a message is made from it: the shipment right after it, with what some types say beside. */
interface RenderEvent {
  readonly id: string;
  readonly type: ShipmentEventType;
  readonly occurredAtMs: number;
  readonly data: LoggedShipment & Partial<CaseUpdate & RequestUpdate & ArrivingUpdate>;
  readonly previousAttributes: PreviousShipment;
}

type CaseUpdate = BesideShipment<'shipment.exception_updated'>;
type ArrivingUpdate = BesideShipment<'shipment.arriving'>;
type RequestUpdate = BesideShipment<'delivery_request.resolved'>;

export interface RenderLinks {
  readonly trackUrl: string;
  /** Self-service for the recipient; the confirming link for `confirm_subscription`. */
  readonly actionUrl: string | null;
  readonly unsubscribeUrl: string | null;
  readonly preferencesUrl: string | null;
}

/** Throws only where a machine is broken; a template that cannot be used gives way to the shipped one. */
export type Render = (input: RenderInput) => Promise<Rendered>;

/**
 * The channels a tenant has for a kind, in the order in which they are tried for an address.
 * `installation`: what is no merchant's own, for messages that are in no merchant's name.
 */
export type ChannelsOf = (
  tenant: Tenant,
  kind: ChannelKind,
  whose?: 'own' | 'installation',
) => Promise<readonly Channel[]>;

/** Why no notification was sent; stored with the decision. */
export const NOT_SENT_REASONS = [
  /** Sent already within the rule's window. */
  'duplicate',
  /** The address does not want it. */
  'preference',
  /** The event was too old when we learned of it, or could not be sent in time. */
  'stale',
  /** The parcel has moved on since. */
  'superseded',
  /** Reported by a source that anybody could copy; what cannot be undone waits for another to say it. */
  'unconfirmed',
  /** A provider reported that this address must not be written to. */
  'bounced',
  /** Nobody gave one for this channel. */
  'no_address',
  /** No channel of this kind is configured. */
  'no_channel',
  /** The rule was switched off, or taken away, before it was sent. */
  'rule_off',
  /** The shipment was deleted before it was sent. */
  'deleted',
] as const;
export type NotSentReason = (typeof NOT_SENT_REASONS)[number];

/** Why a message that is decided waits. */
export const WAITING_REASONS = [
  'quiet_hours',
  /** A day that moved again so soon after the last time may move once more. */
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
