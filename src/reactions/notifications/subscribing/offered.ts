import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database, Queryable } from '../../../platform/database/database.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { isShortCode } from '../../../platform/sealing/short-codes.ts';
import { readLink, signLink } from '../../../platform/sealing/signed-links.ts';
import { publicTracksByNumber } from '../../../tracking/ports/public-tracks.ts';
import { type Shipment, shipmentsByNumber } from '../../../tracking/ports/shipments.ts';
import type { ChannelsOf } from '../contract.ts';
import { CODE_S } from '../deliver/load-facts.ts';
import type { RulesInForce } from '../rules/rules-in-force.ts';
import { tryCode } from './subscriptions.sql.ts';

/** The channels other than mail by which people can subscribe to a parcel. */
export interface SubscriptionOffers {
  readonly sms: boolean;
  /**
   * The public VAPID key with which browsers subscribe, in URL-safe Base64; null: browsers cannot
   * subscribe.
   */
  readonly pushKey: string | null;
}

export const ONLY_MAIL: SubscriptionOffers = { sms: false, pushKey: null };

/** The channels that the page of a parcel offers to strangers; only mail for an unknown number. */
export async function offersOf(
  deps: SmsOfferedDeps,
  numbers: Parameters<typeof parcelToTrack>[1],
): Promise<SubscriptionOffers> {
  const parcel = await parcelToTrack(deps.db.pipeline, numbers);
  if (parcel === null) return ONLY_MAIL;
  const { shipment, branded } = parcel;
  const tenant = { merchantId: shipment.merchantId, mode: shipment.mode };
  const whose = branded ? 'own' : 'installation';
  const channels = (await deps.channelsOf?.(tenant, 'push', whose)) ?? [];
  const pushKey = channels.find(({ browserKey }) => browserKey !== undefined)?.browserKey ?? null;
  const sms = (await isSmsOffered(deps, parcel)) && (await reachesPeople(deps, tenant, whose));
  return { sms, pushKey };
}

/** Whether an SMS really reaches the person who asks: nobody reads the mailbox for live parcels. */
async function reachesPeople(
  { channelsOf }: SmsOfferedDeps,
  tenant: Tenant,
  whose: 'own' | 'installation',
): Promise<boolean> {
  if (tenant.mode === 'test') return true;
  const channels = (await channelsOf?.(tenant, 'sms', whose)) ?? [];
  return channels.some(({ provider }) => provider !== 'mailbox');
}

interface SmsOfferedDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly rules: Pick<RulesInForce, 'read' | 'installation'>;
  readonly channelsOf?: ChannelsOf | undefined;
}

/**
 * Whether strangers may trigger an SMS to ask for a subscription. Each costs money and may wake
 * somebody, so if SMS really leave the machine, the merchant or the installation must allow it.
 */
export async function isSmsOffered(
  { db, rules, channelsOf }: SmsOfferedDeps,
  { shipment, branded }: ParcelToTrack,
): Promise<boolean> {
  const tenant = { merchantId: shipment.merchantId, mode: shipment.mode };
  const own = branded ? (await rules.read(db.pipeline, tenant)).subscribe.sms : 'default';
  const setting = own === 'default' ? rules.installation.subscribe.sms : own;
  if (setting !== 'default') return setting === 'on';
  if (channelsOf === undefined) return false;
  const channels = await channelsOf(tenant, 'sms', branded ? 'own' : 'installation');
  // If the merchant's own channels do not work, there is none; SMS are not offered then, because
  // they may cost money once the channels work again.
  return channels.length > 0 && channels.every(({ provider }) => provider === 'mailbox');
}

/**
 * The maximum number of tries. There are a million codes; with three codes a day per phone and
 * parcel, a guess succeeds once in 66,000.
 */
const TRIES_MAX = 5;

interface ByCodeDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** A request for a code; created before anything is looked up. */
export interface CodeRequest {
  readonly id: string;
  readonly nowMs: number;
}

export function codeRequest({ clock, randomBytes }: ByCodeDeps): CodeRequest {
  const nowMs = clock.nowMs();
  return { id: uuidV7(nowMs, randomBytes(10)), nowMs };
}

/**
 * The ticket that the page holds until the code is typed in. It looks the same and takes the same
 * time whether anything was sent, so nobody learns from it which parcels or phones are known; its
 * id also contains its time.
 */
export function codeTicket({ keyring }: ByCodeDeps, { id, nowMs }: CodeRequest): string {
  const expiresAtS = Math.floor(nowMs / 1_000) + CODE_S;
  return signLink(keyring, { purpose: 'enter_code', subject: id, expiresAtS });
}

/**
 * Confirms the subscription of a code. Wrong, late, exhausted and never sent codes give the same
 * answer.
 */
export async function confirmByCode(
  { db, keyring, clock }: ByCodeDeps,
  ticket: string,
  code: string,
): Promise<boolean> {
  const nowMs = clock.nowMs();
  const verdict = readLink(keyring, ticket, nowMs);
  if (verdict.kind !== 'good' || verdict.claim.purpose !== 'enter_code') return false;
  const { subject } = verdict.claim;
  const isRight = isShortCode(keyring, subject, code);
  const limits = { triesMax: TRIES_MAX, sinceMs: nowMs - CODE_S * 1_000 };
  return (await tryCode(db.pipeline, subject, { ...limits, isRight, nowMs })) && isRight;
}

/** The parcel that a subscription is kept with. */
interface ParcelToTrack {
  readonly shipment: Shipment;
  /**
   * Whether only one merchant has the number, as on its page. Otherwise the subscription belongs to
   * nobody: it is confirmed and served by the installation's channels, without a merchant's name,
   * and contains only what the shared page shows, so that registering somebody else's number gives
   * a merchant neither the address nor control.
   */
  readonly branded: boolean;
}

/**
 * The parcel in transit of the merchant to whom the number's page belongs. If several merchants
 * have the number, it is the parcel of the one who registered it first: nobody takes over a
 * number's subscribers by registering it later. Null if the number is unknown, or several carriers
 * know it.
 */
export async function parcelToTrack(
  db: Queryable,
  numbers: readonly { readonly carrier: string; readonly trackingNumber: string }[],
): Promise<ParcelToTrack | null> {
  const all = await shipmentsByNumber(db, numbers);
  const [first] = all;
  if (first === undefined || all.some(({ carrier }) => carrier !== first.carrier)) return null;
  const rows = await publicTracksByNumber(db, [first.trackingNumber]);
  const page = rows.find(({ carrier }) => carrier === first.carrier);
  const mode = all.some((each) => each.mode === 'live') ? 'live' : 'test';
  const current = all.filter((each) => each.factsUntilMs === null && each.mode === mode);
  const owner = page?.merchantId ?? null;
  if (owner === null) {
    const [earliest] = current;
    return earliest === undefined ? null : { shipment: earliest, branded: false };
  }
  const own = current.find(({ merchantId }) => merchantId === owner);
  return own === undefined ? null : { shipment: own, branded: true };
}
