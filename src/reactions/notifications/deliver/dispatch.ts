import { uuidV7 } from '../../../kernel/ids.ts';
import {
  isDatabaseUnavailable,
  retryWhileUnavailable,
} from '../../../platform/database/database-errors.ts';
import { shortCode } from '../../../platform/sealing/short-codes.ts';
import { type Shipment, shipmentJson } from '../../../tracking/ports/shipments.ts';
import { type Channel, isSubscriptionChannel, type RenderInput } from '../contract.ts';
import { openWritten } from '../notifications.sql.ts';
import { ensurePreference } from '../people/preferences.sql.ts';
import {
  decide,
  decideConfirmation,
  decideWritten,
  type Verdict,
  type Window,
} from '../policy/decide.ts';
import { optOutSubject, personHash } from '../subscribing/opt-out.ts';
import { oppositeOf } from '../triggers/milestones-of.ts';
import {
  beginAttempt,
  type NotSent,
  type Postponed,
  postpone,
  retractWindow,
  settleNotSent,
  settleUnknown,
} from './attempts.sql.ts';
import { type DispatchDeps, LEASE_MS } from './dispatch-deps.ts';
import { type Loaded, linksOf, loadFacts, shipmentNow, type Target } from './load-facts.ts';
import type { Outgoing } from './outbox.sql.ts';
import { sendOnce } from './send-once.ts';
import { type AttemptResult, accountOf, chooseChannel } from './throttles.ts';

/** The delay before a retry after a failed look-up or rendering. */
const RETRY_MS = 60_000;
/**
 * How long a release of messages is retried while the database is unavailable; after that their
 * lease must expire.
 */
const RELEASE_RETRY_MS = 20_000;

/**
 * Dispatches due messages that were claimed together: loads their facts, decides
 * (policy/decide.ts), records those that will not be sent or are postponed, and sends each of the
 * others.
 *
 * @returns for each message, at its index, the result of its attempt; null when none was made.
 */
export function dispatchAll(
  deps: DispatchDeps,
  batch: readonly Outgoing[],
  lease: string,
): readonly Promise<AttemptResult | null>[] {
  const decided = decideTogether(deps, batch, lease);
  return batch.map(async ({ id }) => {
    const ready = (await decided).get(id);
    return ready === undefined ? null : attemptSend(deps, ready, lease);
  });
}

/** A message that was decided to be sent. */
interface Ready {
  readonly outgoing: Outgoing;
  readonly loaded: Loaded & { readonly shipment: Shipment };
  readonly target: Target;
  readonly channel: Channel;
  readonly window: Window;
}

type ToSend = ReadonlyMap<string, Ready>;

/**
 * Decides on the messages together. Never rejects: a failing message must not affect the others.
 */
async function decideTogether(
  deps: DispatchDeps,
  batch: readonly Outgoing[],
  lease: string,
): Promise<ToSend> {
  try {
    return await decideBatch(deps, batch, lease);
  } catch (error) {
    if (batch.length === 1 || isDatabaseUnavailable(error)) {
      await release(deps, batch, lease, error);
      return new Map();
    }
    const each = await Promise.all(batch.map((one) => decideTogether(deps, [one], lease)));
    return new Map(each.flatMap((ready) => [...ready]));
  }
}

/** Decides on each message; records those that are not sent or wait, and returns those to send. */
async function decideBatch(
  deps: DispatchDeps,
  batch: readonly Outgoing[],
  lease: string,
): Promise<ToSend> {
  const { db, clock } = deps;
  const toSend = new Map<string, Ready>();
  const notSent: NotSent[] = [];
  const waiting: Postponed[] = [];
  for (const loaded of await loadFacts(deps, batch)) {
    const { outgoing, shipment, target } = loaded;
    const { id } = outgoing;
    const verdict = verdictOn(loaded, clock.nowMs());
    const addressHash = target?.addressHash ?? null;
    if (verdict.kind === 'no') notSent.push({ id, reason: verdict.reason, addressHash });
    else if (verdict.kind === 'wait') waiting.push({ id, ...verdict });
    else if (shipment !== null && target !== null) {
      const channel = await findChannel(deps, loaded, target);
      if (channel === null) notSent.push({ id, reason: 'no_channel', addressHash });
      else if (channel === 'in_doubt') await endInDoubt(deps, outgoing, target, lease);
      else {
        const { window } = verdict;
        toSend.set(id, { outgoing, loaded: { ...loaded, shipment }, target, channel, window });
      }
    }
  }
  await settleNotSent(db.pipeline, lease, notSent, clock.nowMs());
  await postpone(db.pipeline, lease, waiting);
  return toSend;
}

/** Decides on a message from its facts, by the policy for its kind. */
function verdictOn(
  { outgoing, shipment, rules, facts, target, ...also }: Loaded,
  nowMs: number,
): Verdict {
  const { milestone, subject, channel, audience, occurredAtMs } = outgoing;
  if (milestone === 'confirm_subscription') {
    const staleAtMs = outgoing.staleAtMs ?? occurredAtMs;
    return decideConfirmation({
      isDeleted: shipment === null,
      isAnswered: target === null,
      staleAtMs,
      nowMs,
    });
  }
  if (milestone === 'merchant_message') {
    return decideWritten({
      channel,
      rules,
      nowMs,
      staleAtMs: outgoing.staleAtMs ?? occurredAtMs,
      shipment: shipment && shipmentNow(shipment),
      address: target && { preference: facts.preference, suppressed: facts.suppressed },
    });
  }
  if (also.getsPinAsRecipient) return { kind: 'no', reason: 'duplicate' };
  const waitedMs = outgoing.postponed ? outgoing.sendAtMs - outgoing.createdAtMs : 0;
  const { event, preference, suppressed, notified, caseSince } = facts;
  return decide({
    message: {
      milestone,
      subject,
      channel,
      audience,
      occurredAtMs,
      waitedMs,
      carriesPin: also.pin !== null,
    },
    event,
    shipment: shipment && shipmentNow(shipment),
    rules,
    rule: rules.rules.find(({ name, enabled }) => enabled && name === outgoing.rule) ?? null,
    address: target && { preference, suppressed, notified },
    caseSince,
    foresight: also.foresight,
    page: also.page,
    nowMs,
  });
}

async function findChannel(
  { channelsOf }: DispatchDeps,
  { outgoing, facts }: Loaded,
  { to, branded }: Target,
): Promise<Channel | 'in_doubt' | null> {
  const { tenant, channel: kind, attemptsBefore } = outgoing;
  const channels = await channelsOf(tenant, kind, branded ? 'own' : 'installation');
  return chooseChannel(channels, facts.attempts, attemptsBefore, to);
}

/** Ends a message that may have been sent over a channel that no longer exists, and logs that. */
async function endInDoubt(
  { db, clock, log }: DispatchDeps,
  outgoing: Outgoing,
  { addressHash }: Target,
  lease: string,
): Promise<void> {
  const { id, shipmentId, channel, milestone } = outgoing;
  const reason = 'It may have been sent through a channel that is gone.';
  if (!(await settleUnknown(db.pipeline, id, lease, reason, clock.nowMs()))) return;
  const retracts = oppositeOf(outgoing.subject);
  if (retracts !== null) await retractWindow(db.pipeline, { ...outgoing, addressHash }, retracts);
  const fields = { notification_id: id, shipment_id: shipmentId, channel, milestone, reason };
  log.warn(fields, 'unknown: it may have been sent and is not repeated');
}

/** Renders a message, records the attempt, then sends the message. Never rejects. */
async function attemptSend(
  deps: DispatchDeps,
  ready: Ready,
  lease: string,
): Promise<AttemptResult | null> {
  const { db, clock, render } = deps;
  const { outgoing, target, channel, window, loaded } = ready;
  const { to, addressHash } = target;
  try {
    const input = await toRenderInput(deps, ready);
    const rendered = await render(input);
    const { provider } = channel;
    const recordedAtMs = loaded.facts.event?.recordedAtMs ?? null;
    const attempt = {
      id: outgoing.id,
      lease,
      provider,
      account: accountOf(channel),
      addressHash,
      window,
      locale: input.locale,
      recordedAtMs,
    };
    const begun = await beginAttempt(db.pipeline, attempt, clock.nowMs(), LEASE_MS);
    if (begun === 'begun') {
      const toSend = { channel, to, rendered, event: loaded.facts.event };
      return await sendOnce(deps, { ...outgoing, addressHash }, lease, toSend);
    }
    if (begun === 'duplicate') {
      const duplicate: NotSent = { id: outgoing.id, reason: 'duplicate', addressHash };
      await settleNotSent(db.pipeline, lease, [duplicate], clock.nowMs());
    }
  } catch (error) {
    await release(deps, [outgoing], lease, error);
  }
  return null;
}

/**
 * Releases messages. Those that are being sent are not affected: their lease expires, and then they
 * are repaired.
 */
async function release(
  { db, clock, log }: DispatchDeps,
  batch: readonly Outgoing[],
  lease: string,
  error: unknown,
): Promise<void> {
  for (const { id, channel } of batch) {
    const fields = { err: error, notification_id: id, channel };
    log.warn(fields, 'a notification could not be prepared and will be tried again');
  }
  // Without a free connection nothing is wrong with the message: the next check retries it.
  const untilMs = clock.nowMs() + (isDatabaseUnavailable(error) ? 0 : RETRY_MS);
  const all = batch.map(({ id }) => ({ id, untilMs, why: null }));
  const releaseAll = () => postpone(db.pipeline, lease, all);
  await retryWhileUnavailable(releaseAll, { forMs: RELEASE_RETRY_MS }).catch(() => {});
}

/**
 * Collects what the renderer needs. Creates the preferences of an address that has none, because
 * links refer to them.
 */
async function toRenderInput(
  deps: DispatchDeps,
  { outgoing, target, loaded: { shipment, facts, pin } }: Ready,
): Promise<RenderInput> {
  const { db, addressKey, keyring, clock, randomBytes, publicUrl } = deps;
  const { tenant, channel, audience } = outgoing;
  const { to, addressHash, recipientName, branded } = target;
  const nowMs = clock.nowMs();
  const asksToConfirm = outgoing.milestone === 'confirm_subscription';
  const { event, preference } = facts;
  const createPreference = () =>
    ensurePreference(
      db.pipeline,
      tenant,
      { channel, addressHash },
      uuidV7(nowMs, randomBytes(10)),
      nowMs,
    );
  const preferenceId =
    audience === 'merchant' || asksToConfirm
      ? null
      : (preference?.id ?? (await createPreference()));
  const { carrier, trackingNumber, orderIds } = shipment;
  const optOut =
    asksToConfirm && isSubscriptionChannel(channel)
      ? optOutSubject(channel, personHash(await addressKey(), channel, to))
      : null;
  const isByCode = asksToConfirm && channel === 'sms' && facts.subscription?.isByCode === true;
  const code = isByCode ? shortCode(keyring, outgoing.subscriptionId ?? '') : null;
  const place = { carrier, trackingNumber, to, preferenceId, optOut, branded };
  return {
    notificationId: outgoing.id,
    tenant,
    kind: channel,
    template: outgoing.template,
    audience,
    locale: preference?.locale ?? target.locale,
    recipientName,
    branded,
    event,
    pin,
    code,
    written: outgoing.written && openWritten(deps.tracking.sealer, outgoing.written),
    shipment: shipmentJson(shipment, publicUrl()),
    // Strangers can subscribe with the number alone, so they must not learn whose order it is.
    orderId: audience === 'subscribers' ? null : (orderIds[0] ?? null),
    links: linksOf(outgoing, { keyring, publicUrl: publicUrl(), nowMs, ...place }),
  };
}
