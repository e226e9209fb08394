import type { ShipmentEvent } from '../../../events/event.ts';
import { readEntry } from '../../../events/read-entry.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import {
  isDatabaseUnavailable,
  retryWhileUnavailable,
} from '../../../platform/database/database-errors.ts';
import { readLog } from '../../../platform/event-log/event-log.ts';
import { open } from '../../../platform/sealing/sealing.ts';
import {
  findShipment,
  type Shipment,
  shipmentJson,
  shownEstimate,
} from '../../../tracking/index.ts';
import type { NotSentReason, RenderInput } from '../contract.ts';
import { hashAddress } from '../people/addresses.ts';
import { recipientAddress, recipientOf } from '../people/people.ts';
import { ensurePreference, preferencesOf, suppressedOf } from '../people/preferences.sql.ts';
import { dayAmong } from '../policy/day-notified.ts';
import { zoneOf } from '../policy/quiet-hours.ts';
import { oppositeOf } from '../policy/retracted.ts';
import { type RecheckInput, type RecheckVerdict, recheck } from '../policy/still-true.ts';
import { quietHoursOf } from '../rules/rule-set.ts';
import { subscriptionBoundTo } from '../sealed-columns.sql.ts';
import { optOutSubject, personHash } from '../subscribing/opt-out.ts';
import { isSubscriptionChannel, subscriptionById } from '../subscribing/subscriptions.sql.ts';
import { dateOf } from '../triggers/milestones-of.ts';
import { chooseChannel } from './choose-channel.ts';
import { type DispatchDeps, LEASE_MS, type Ready } from './dispatch-deps.ts';
import { linksOf } from './links-of.ts';
import {
  attemptsMade,
  beginAttempt,
  daysTold,
  type Outgoing,
  postpone,
  readdress,
  settleNotSent,
  settleUnknown,
  type ToldLast,
  toldLast,
  untell,
} from './outbox.sql.ts';
import { sendOnce } from './send-once.ts';
import { isOnSharedPage } from './shared-page.ts';
import { accountOf, type Tried } from './throttles.ts';

/** What could not be looked up or put into words is tried again after this. */
const AGAIN_AFTER_MS = 60_000;
/** So long one tries to give it back while the database is out; else its lease has to end. */
const GIVE_BACK_MS = 20_000;

/**
 * One message from decision to provider: is it still worth sending, to which address, by which
 * channel, in which words; then the attempt is written down, then it is made.
 *
 * @returns how the attempt went; null when none was made.
 */
export async function dispatch(
  deps: DispatchDeps,
  outgoing: Outgoing,
  lease: string,
): Promise<Tried | null> {
  const { db, clock, log } = deps;
  try {
    const ready = await prepare(deps, outgoing, lease);
    if (ready.kind === 'not_sent') {
      const last = await pairToldLast(deps, outgoing, outgoing.addressHash);
      const stands = last?.subject === outgoing.subject ? last : null;
      await settleNotSent(db.pipeline, outgoing.id, lease, ready.reason, stands, clock.nowMs());
    } else if (ready.kind === 'postpone') {
      await postpone(db.pipeline, outgoing.id, lease, ready.untilMs, 'quiet_hours');
    } else if (ready.kind === 'in_doubt') {
      await leaveInDoubt(deps, outgoing, lease);
    } else {
      const { provider } = ready.channel;
      const by = { provider, account: accountOf(ready.channel) };
      if (await beginAttempt(db.pipeline, outgoing.id, lease, by, clock.nowMs(), LEASE_MS)) {
        return await sendOnce(deps, outgoing, lease, ready);
      }
    }
  } catch (error) {
    const about = { err: error, notification_id: outgoing.id, channel: outgoing.channel };
    log.warn(about, 'a notification could not be made and will be tried again');
    // Where there is no connection to be had, nothing is wrong with the message: the next look has it.
    const at = clock.nowMs() + (isDatabaseUnavailable(error) ? 0 : AGAIN_AFTER_MS);
    // Where it was begun already this changes nothing: the lease ends, and it is looked into then.
    const giveBack = () => postpone(db.pipeline, outgoing.id, lease, at, null);
    await retryWhileUnavailable(giveBack, { forMs: GIVE_BACK_MS }).catch(() => {});
  }
  return null;
}

async function leaveInDoubt(
  { db, clock, log }: DispatchDeps,
  outgoing: Outgoing,
  lease: string,
): Promise<void> {
  const { id, shipmentId, channel, milestone } = outgoing;
  const reason = 'It may have been sent through a channel that is gone.';
  if (!(await settleUnknown(db.pipeline, id, lease, reason, clock.nowMs()))) return;
  const takesBack = oppositeOf(outgoing.subject);
  if (takesBack !== null) await untell(db.pipeline, outgoing, takesBack);
  const about = { notification_id: id, shipment_id: shipmentId, channel, milestone, reason };
  log.warn(about, 'unknown: it may have been sent and is not repeated');
}

type Prepared = Ready | { readonly kind: 'in_doubt' } | Exclude<RecheckVerdict, { kind: 'send' }>;

async function prepare(deps: DispatchDeps, outgoing: Outgoing, lease: string): Promise<Prepared> {
  const { tracking, channelsOf, render } = deps;
  const { tenant, channel: kind } = outgoing;
  const not = (reason: NotSentReason): Prepared => ({ kind: 'not_sent', reason });
  const shipment = await findShipment(tracking, tenant, outgoing.shipmentId);
  if (shipment === null) return not('deleted');
  const entry = await entryOf(deps, outgoing);
  if (entry === null && outgoing.entry !== null) return not('stale');
  const target = await targetOf(deps, outgoing, shipment);
  if (target === null) return not(outgoing.subscriptionId === null ? 'no_address' : 'preference');
  if (target.addressHash !== outgoing.addressHash) {
    const { pipeline } = deps.db;
    if (!(await readdress(pipeline, outgoing.id, lease, target.addressHash)))
      return not('duplicate');
  }
  const verdict = await recheckNow(deps, outgoing, shipment, entry, target.addressHash);
  if (verdict.kind !== 'send') return verdict;
  const { milestone } = outgoing;
  const { branded } = target;
  if (!branded && !(await isOnSharedPage(deps.db.pipeline, shipment, milestone, entry))) {
    return not('unconfirmed');
  }
  const channels = await channelsOf(tenant, kind, branded ? 'own' : 'installation');
  const before = outgoing.attempts === 0 ? [] : await attemptsMade(deps.db.pipeline, outgoing.id);
  const channel = chooseChannel(channels, before, outgoing.attemptsBefore, target.to);
  if (channel === null) return not('no_channel');
  if (channel === 'in_doubt') return { kind: 'in_doubt' };
  const input = await inputOf(deps, outgoing, shipment, entry, target);
  return { kind: 'ready', channel, to: target.to, input, rendered: await render(input) };
}

async function entryOf({ db }: DispatchDeps, { entry }: Outgoing): Promise<ShipmentEvent | null> {
  if (entry === null) return null;
  const [found] = await readLog(db.pipeline, entry.shard, entry.position - 1n, 1);
  if (found?.position !== entry.position) return null;
  const event = readEntry(found);
  return event.about === 'shipment' ? event : null;
}

interface Target {
  readonly to: string;
  readonly addressHash: string;
  readonly recipientName: string | null;
  readonly branded: boolean;
}

/** Where it goes to, as it is known now; null: nowhere. */
async function targetOf(
  { db, tracking, keyring, addressKey }: DispatchDeps,
  { audience, channel, subscriptionId, addressHash, merchantTo, milestone }: Outgoing,
  shipment: Shipment,
): Promise<Target | null> {
  if (audience === 'merchant') {
    return { to: merchantTo ?? '', addressHash, recipientName: null, branded: true };
  }
  if (audience === 'subscribers') {
    const found = subscriptionId && (await subscriptionById(db.pipeline, subscriptionId));
    const state = milestone === 'confirm_subscription' ? 'pending' : 'active';
    if (!found || found.state !== state || found.sealedAddress === null) return null;
    const to = open(keyring, found.sealedAddress, subscriptionBoundTo(found.id)).toString('utf8');
    const { branded } = found;
    return { to, addressHash: found.addressHash, recipientName: null, branded };
  }
  const recipient = recipientOf(shipment, tracking.sealer);
  const to = recipientAddress(recipient, channel);
  if (to === null) return null;
  const hash = hashAddress(await addressKey(), channel, to);
  return { to, addressHash: hash, recipientName: recipient.name, branded: true };
}

async function recheckNow(
  deps: DispatchDeps,
  outgoing: Outgoing,
  shipment: Shipment,
  entry: ShipmentEvent | null,
  addressHash: string,
): Promise<RecheckVerdict> {
  const { db, rules, clock } = deps;
  const { tenant, milestone, channel } = outgoing;
  const nowMs = clock.nowMs();
  // Whoever asked for it a moment ago is awake, and nothing has been told of yet.
  if (milestone === 'confirm_subscription') {
    return nowMs > outgoing.staleAtMs ? { kind: 'not_sent', reason: 'stale' } : { kind: 'send' };
  }
  const set = await rules.read(db.pipeline, tenant);
  const rule = set.rules.find(({ name, enabled }) => enabled && name === outgoing.rule);
  const address = [{ tenant, channel, addressHash }];
  const [preference = null] = await preferencesOf(db.pipeline, address);
  const suppressed = await suppressedOf(db.pipeline, address);
  const { state } = shipment;
  const zone = zoneOf(shipment.destinationZone, state.eventZone, set.time_zone);
  return recheck({
    milestone,
    toMerchant: outgoing.audience === 'merchant',
    shipment: {
      status: state.status,
      subStatus: state.subStatus,
      confirmed: state.confirmed,
      estimate: shownEstimate(shipment),
    },
    toldEstimate: entry?.data.estimated_delivery,
    ruleStands: rule !== undefined,
    preference,
    suppressed: suppressed.size > 0,
    toldLast:
      entry?.type === 'shipment.edd_changed'
        ? await dayToldLast(deps, outgoing, entry, addressHash)
        : seenFrom(outgoing, await pairToldLast(deps, outgoing, addressHash)),
    quietHours:
      preference?.quietHours ?? (rule === undefined ? null : quietHoursOf(set, rule, channel)),
    zone: zoneOf(preference?.quietHours?.time_zone, zone),
    staleAtMs: outgoing.staleAtMs,
    keptMs: outgoing.postponed ? outgoing.sendAtMs - outgoing.createdAtMs : 0,
    nowMs,
  });
}

/** While it waited, the day may have moved on and come back. */
async function dayToldLast(
  { db }: DispatchDeps,
  outgoing: Outgoing,
  { position, data }: ShipmentEvent,
  addressHash: string,
): Promise<RecheckInput['toldLast']> {
  const others = await daysTold(db.pipeline, outgoing, addressHash);
  return dayAmong({ position, day: dateOf(data.estimated_delivery) }, others);
}

/** Of the same and of what takes it back; null: nothing, or nothing takes it back. */
async function pairToldLast(
  { db }: DispatchDeps,
  outgoing: Outgoing,
  addressHash: string,
): Promise<ToldLast | null> {
  const opposite = oppositeOf(outgoing.subject);
  if (opposite === null) return null;
  return toldLast(db.pipeline, outgoing, addressHash, [outgoing.subject, opposite]);
}

function seenFrom({ subject, entry }: Outgoing, last: ToldLast | null): RecheckInput['toldLast'] {
  if (last === null) return null;
  if (entry !== null && last.position > entry.position) return 'since';
  return last.subject === subject ? 'same' : 'opposite';
}

async function inputOf(
  { db, addressKey, keyring, clock, randomBytes, publicUrl }: DispatchDeps,
  outgoing: Outgoing,
  shipment: Shipment,
  entry: ShipmentEvent | null,
  { to, addressHash, recipientName, branded }: Target,
): Promise<RenderInput> {
  const { tenant, channel, audience } = outgoing;
  const nowMs = clock.nowMs();
  const preferenceId =
    audience === 'merchant' || outgoing.milestone === 'confirm_subscription'
      ? null
      : await ensurePreference(
          db.pipeline,
          tenant,
          { channel, addressHash },
          uuidV7(nowMs, randomBytes(10)),
          nowMs,
        );
  const { carrier, trackingNumber, orderIds } = shipment;
  const optOut =
    outgoing.milestone === 'confirm_subscription' && isSubscriptionChannel(channel)
      ? optOutSubject(channel, personHash(await addressKey(), channel, to))
      : null;
  const place = { carrier, trackingNumber, to, preferenceId, optOut, branded };
  return {
    notificationId: outgoing.id,
    tenant,
    kind: channel,
    template: outgoing.template,
    audience,
    locale: outgoing.locale,
    news: entry && {
      eventId: entry.id,
      type: entry.type,
      occurredAtMs: entry.occurredAtMs,
      data: entry.data,
      previousAttributes: entry.previousAttributes,
    },
    shipment: shipmentJson(shipment, publicUrl()),
    recipientName,
    // Strangers subscribe with the number alone: whose order it is they are not told.
    orderId: audience === 'subscribers' ? null : (orderIds[0] ?? null),
    branded,
    links: linksOf(outgoing, { keyring, publicUrl: publicUrl(), nowMs, ...place }),
  };
}
