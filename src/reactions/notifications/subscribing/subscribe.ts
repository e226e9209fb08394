import { uuidV7 } from '../../../kernel/ids.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import {
  type Database,
  type Transaction,
  withTransaction,
} from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Keyring, seal } from '../../../platform/sealing/sealing.ts';
import type { Shipment } from '../../../tracking/ports/shipments.ts';
import type { ChannelsOf, Milestone, SubscriptionChannel } from '../contract.ts';
import { CODE_S, CONFIRM_S } from '../deliver/load-facts.ts';
import { hashAddress, normalizedAddress } from '../people/addresses.ts';
import { preferencesOf, suppressedOf } from '../people/preferences.sql.ts';
import type { RulesInForce } from '../rules/rules-in-force.ts';
import { subscriptionBoundTo } from '../sealed-columns.sql.ts';
import { type CodeRequest, isSmsOffered, parcelToTrack } from './offered.ts';
import { personHash } from './opt-out.ts';
import {
  countByChannel,
  countRequests,
  countSubscriptions,
  hasOptedOut,
  insertConfirmation,
  insertRequest,
  upsertPending,
} from './subscriptions.sql.ts';

interface SubscribeDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly addressKey: () => Promise<Uint8Array>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly rules: Pick<RulesInForce, 'read' | 'installation'>;
  readonly channelsOf?: ChannelsOf | undefined;
  readonly log: Logger;
}

export interface SubscribeRequest {
  /** The number in the spelling of each of the carriers that may be meant. */
  readonly numbers: readonly { readonly carrier: string; readonly trackingNumber: string }[];
  readonly channel: SubscriptionChannel;
  readonly address: string;
  /** The requested milestones; empty: all of which subscribers can be notified. */
  readonly milestones: readonly Milestone[];
  readonly locale: string | null;
  /**
   * The request for a code, which an SMS contains and which is entered on the page that requested
   * it; absent: the confirmation has a link.
   */
  readonly byCode?: CodeRequest;
}

const DAY_MS = 86_400_000;
/**
 * The daily limit of confirmations with a link for one address and parcel. A confirmation needs
 * only a click; a second one on the same day is a nuisance.
 */
const CONFIRMATIONS_A_DAY_OF_BOTH = 1;
/**
 * The daily limit of codes for one address and parcel. A code soon expires or is mistyped, and its
 * reader waits in front of the page.
 */
const CODES_A_DAY_OF_BOTH = 3;
/**
 * The daily limit for one address: a person waits for a few parcels, and a stranger can make us
 * write only this often.
 */
const CONFIRMATIONS_A_DAY_OF_ADDRESS = 3;
/**
 * The daily limit for one parcel: enough for a household and its office. So a tracking number that
 * is published on the internet cannot be used to send many mails.
 */
const CONFIRMATIONS_A_DAY_OF_SHIPMENT = 10;
const SUBSCRIPTIONS_OF_SHIPMENT_MAX = 50;
/**
 * The daily limits of the whole installation. They stop people who have many numbers and many
 * addresses. Mail and push allow what a shop with 100,000 parcels a day needs if one in twenty is
 * subscribed; SMS, which cost money and wake people, allow what a few thousand parcels need.
 */
const CONFIRMATIONS_A_DAY_OF_CHANNEL: Readonly<Record<SubscriptionChannel, number>> = {
  email: 5_000,
  push: 5_000,
  sms: 200,
};
/** The maximum number of spellings, more carriers than any installation has. */
const SPELLINGS_MAX = 200;

/**
 * The result of a request, with the reason why nothing was sent. It is for tests and figures, and
 * is never shown to the person who asked.
 */
export type SubscribeOutcome =
  | { readonly kind: 'asked'; readonly subscriptionId: string }
  | {
      readonly kind: 'silent';
      readonly why: 'address' | 'number' | 'limit' | 'unwanted' | 'active' | 'not_offered';
    };

/**
 * Asks an address whether it wants to be notified of a parcel; nothing else is sent to it before it
 * agrees. The caller learns nothing about the result: not whether the address is known, has
 * subscribed, has opted out, or belongs to the parcel's recipient.
 */
export async function subscribe(
  deps: SubscribeDeps,
  wanted: SubscribeRequest,
): Promise<SubscribeOutcome> {
  const { db, addressKey } = deps;
  const address = normalizedAddress(wanted.channel, wanted.address);
  if (address === null) return { kind: 'silent', why: 'address' };
  const parcel = await parcelToTrack(db.pipeline, wanted.numbers.slice(0, SPELLINGS_MAX));
  if (parcel === null) return { kind: 'silent', why: 'number' };
  if (wanted.channel === 'sms' && !(await isSmsOffered(deps, parcel))) {
    return { kind: 'silent', why: 'not_offered' };
  }
  const key = await addressKey();
  const checked = {
    ...wanted,
    address,
    addressHash: hashAddress(key, wanted.channel, address),
    personHash: personHash(key, wanted.channel, address),
    branded: parcel.branded,
  };
  return withTransaction(db.pipeline, (tx) => ask(deps, tx, checked, parcel.shipment));
}

interface Checked extends SubscribeRequest {
  readonly addressHash: string;
  /** The hash of the address in its plainest spelling. */
  readonly personHash: string;
  readonly branded: boolean;
}

async function ask(
  { keyring, clock, randomBytes, log }: SubscribeDeps,
  tx: Transaction,
  { channel, address, addressHash, personHash: person, locale, branded, ...wanted }: Checked,
  shipment: Shipment,
): Promise<SubscribeOutcome> {
  const { id: shipmentId } = shipment;
  const tenant = { merchantId: shipment.merchantId, mode: shipment.mode };
  const codeRequest = channel === 'sms' ? wanted.byCode : undefined;
  const byCode = codeRequest !== undefined;
  const nowMs = codeRequest?.nowMs ?? clock.nowMs();
  if (await hasOptedOut(tx, { channel, hash: person })) return { kind: 'silent', why: 'unwanted' };
  const counts = await countRequests(tx, person, shipmentId, nowMs - DAY_MS);
  const tooOften =
    counts.ofBoth >= (byCode ? CODES_A_DAY_OF_BOTH : CONFIRMATIONS_A_DAY_OF_BOTH) ||
    counts.ofAddress >= CONFIRMATIONS_A_DAY_OF_ADDRESS ||
    counts.ofShipment >= CONFIRMATIONS_A_DAY_OF_SHIPMENT ||
    (await countSubscriptions(tx, shipmentId)) >= SUBSCRIPTIONS_OF_SHIPMENT_MAX;
  if (tooOften) return { kind: 'silent', why: 'limit' };
  const max = CONFIRMATIONS_A_DAY_OF_CHANNEL[channel];
  if ((await countByChannel(tx, channel, nowMs - DAY_MS, max)) >= max) {
    log.warn({ channel, max }, 'no more subscriptions are confirmed today by this channel');
    return { kind: 'silent', why: 'limit' };
  }
  // An opt-out under the plain spelling also applies to the others.
  const of = [
    { tenant, channel, addressHash },
    { tenant, channel, addressHash: person },
  ];
  const preferences = await preferencesOf(tx, of);
  const suppressed = await suppressedOf(tx, of);
  if (preferences.some(({ unsubscribed }) => unsubscribed) || suppressed.size > 0) {
    return { kind: 'silent', why: 'unwanted' };
  }
  const newId = () => uuidV7(nowMs, randomBytes(10));
  const id = codeRequest?.id ?? newId();
  const sealedAddress = seal(keyring, Buffer.from(address, 'utf8'), subscriptionBoundTo(id));
  const pending = { id, tenant, shipmentId, channel, sealedAddress, addressHash };
  const { milestones } = wanted;
  const codeTries = byCode ? 0 : null;
  const made = await upsertPending(
    tx,
    { ...pending, milestones, locale, branded, codeTries },
    nowMs,
  );
  if (made === null) return { kind: 'silent', why: 'active' };
  await insertRequest(tx, { id: newId(), channel, personHash: person, shipmentId }, nowMs);
  const forS = byCode ? CODE_S : CONFIRM_S;
  await insertConfirmation(tx, {
    ...pending,
    locale,
    notificationId: newId(),
    nowMs,
    forS,
    byCode,
  });
  return { kind: 'asked', subscriptionId: made };
}
