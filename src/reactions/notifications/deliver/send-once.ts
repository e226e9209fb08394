import type { Tenant } from '../../../kernel/tenant.ts';
import { type Transaction, withTransaction } from '../../../platform/database/database.ts';
import { traceOfEvent } from '../../../platform/tracing/event-traces.sql.ts';
import { findShipment } from '../../../tracking/ports/shipments.ts';
import type { Channel, Repeat, SendOutcome } from '../contract.ts';
import { withoutAddresses } from '../people/addresses.ts';
import { suppress } from '../people/preferences.sql.ts';
import { oppositeOf } from '../triggers/milestones-of.ts';
import {
  type AttemptOutcome,
  attemptsMade,
  endAttempt,
  retractWindow,
  type Settled,
  settle,
} from './attempts.sql.ts';
import type { DispatchDeps, Ready } from './dispatch-deps.ts';
import type { Outgoing } from './outbox.sql.ts';
import { type AttemptResult, accountOf } from './throttles.ts';

/** Makes an attempt that is already recorded, and records its result. */
export async function sendOnce(
  deps: DispatchDeps,
  outgoing: Outgoing,
  lease: string,
  { channel, to, rendered, event }: Ready,
): Promise<AttemptResult> {
  const { id: notificationId, tenant, shipmentId, milestone } = outgoing;
  const message = { notificationId, tenant, shipmentId, milestone, to, rendered };
  const beganMs = deps.clock.nowMs();
  const outcome = await channel.send(message).catch((): SendOutcome => {
    // A bug in a channel: whether it sent the message before it threw is unknown.
    return { outcome: 'unknown', reason: 'The channel broke.' };
  });
  const endedMs = deps.clock.nowMs();
  const tookMs = endedMs - beganMs;
  // The mailbox is no provider: nothing left the hub.
  const isHandedOver = outcome.outcome === 'accepted' && channel.provider !== 'mailbox';
  if (isHandedOver && event !== null && isPrompt(outgoing)) {
    deps.handedOver?.(outgoing.channel, (endedMs - event.recordedAtMs) / 1_000);
  }
  if (event !== null) {
    traceOfEvent(deps.db.pipeline, event, {
      name: `send ${outgoing.channel}`,
      kind: 'client',
      beganMs,
      endedMs,
      failed: outcome.outcome !== 'accepted',
      attributes: {
        'waybill.channel': outgoing.channel,
        'waybill.provider': channel.provider,
        'waybill.outcome': outcome.outcome,
      },
    });
  }
  await recordResult(deps, outgoing, lease, channel, withoutAddress(outcome, to), 'provider');
  // The shipment was deleted while the message was being sent: what the channel stores was stored
  // after the erasure.
  if (channel.erase && (await findShipment(deps.tracking, tenant, shipmentId)) === null) {
    await channel.erase(shipmentId);
  }
  return { isAccepted: outcome.outcome === 'accepted', tookMs };
}

/** Whether it was due immediately: not delayed by a rule or quiet hours, nor resent by hand. */
function isPrompt({ postponed, attemptsBefore }: Outgoing): boolean {
  return !postponed && attemptsBefore === 0;
}

/**
 * Ends the attempt of a process that was killed, or cut off from the database, while it was
 * sending. Whether the message was sent is unknown; the channel's `repeat` decides whether it may
 * be sent again.
 */
export async function mendBroken(
  deps: DispatchDeps,
  outgoing: Outgoing,
  lease: string,
): Promise<void> {
  const { channelsOf } = deps;
  const of = [outgoing.tenant, outgoing.channel] as const;
  const channels = [...(await channelsOf(...of)), ...(await channelsOf(...of, 'installation'))];
  const [last] = await attemptsMade(deps.db.pipeline, outgoing.id);
  const channel = channels.find((each) => accountOf(each) === last?.account);
  const { provider } = outgoing;
  const known = channel ?? { provider: provider ?? 'none', repeat: 'never' as const };
  const reason = 'The process ended before the provider’s answer was written down.';
  const before = { ...outgoing, attempts: outgoing.attempts - 1 };
  await recordResult(deps, before, lease, known, { outcome: 'unknown', reason }, 'process');
}

/**
 * Stores the outcome of the attempt and the next state of the message, retracts or suppresses what
 * follows from it, and logs anything but success. Nothing but the attempt changes if another
 * process holds the lease by now.
 */
async function recordResult(
  deps: DispatchDeps,
  outgoing: Outgoing,
  lease: string,
  { provider, repeat }: Pick<Channel, 'provider' | 'repeat'>,
  outcome: SendOutcome,
  ended: EndedBy,
): Promise<void> {
  const { db, clock, randomBytes, log } = deps;
  const nowMs = clock.nowMs();
  const index = outgoing.attempts + 1;
  const chance = (randomBytes(1)[0] ?? 0) / 256;
  const after = afterAttempt(
    outcome,
    repeat,
    index - outgoing.attemptsBefore,
    nowMs,
    chance,
    ended,
  );
  const retracts = oppositeOf(outgoing.subject);
  const isOurs = await withTransaction(db.pipeline, async (tx) => {
    await endAttempt(tx, outgoing.id, index, after.outcome, after.reason, nowMs);
    // This also applies when the provider's delivery report came before its answer.
    if (retracts !== null && (after.state === 'sent' || after.state === 'unknown')) {
      await retractWindow(tx, outgoing, retracts);
    }
    if (!(await settle(tx, outgoing.id, lease, after, nowMs))) return false;
    if (after.suppress) await suppressAddress(tx, outgoing.tenant, outgoing, nowMs);
    return true;
  });
  if (!isOurs || after.state === 'sent') return;
  logResult(log, outgoing, provider, after);
}

async function suppressAddress(
  tx: Transaction,
  tenant: Tenant,
  { channel, addressHash }: Outgoing,
  nowMs: number,
): Promise<void> {
  const reason = channel === 'push' ? 'gone' : 'bounced';
  await suppress(tx, tenant, { channel, addressHash }, reason, nowMs);
}

function logResult(
  log: DispatchDeps['log'],
  { id, shipmentId, channel, milestone }: Outgoing,
  provider: string,
  { state, reason, mayBeLost }: AfterAttempt,
): void {
  const about = { notification_id: id, shipment_id: shipmentId, channel, milestone, provider };
  if (mayBeLost)
    log.warn({ ...about, reason }, 'unknown: it may have been sent and is not repeated');
  else if (state === 'queued') log.info({ ...about, reason }, 'a notification will be tried again');
  else log.warn({ ...about, state, reason }, 'a notification was not taken');
}

function withoutAddress(outcome: SendOutcome, to: string): SendOutcome {
  return 'reason' in outcome
    ? { ...outcome, reason: withoutAddresses(outcome.reason, to) }
    : outcome;
}

/** The number of attempts after which a message is dead, and a person may retry it. */
const ATTEMPTS_MAX = 3;
/** The wait after the first attempt; four times as long after each further one. */
const FIRST_WAIT_MS = 30_000;
const WAIT_GROWTH = 4;
/** The random share of the wait, so that retries are spread. */
const JITTER_SHARE = 0.2;
/**
 * The longest wait. A provider that requests a longer one counts as down, which the next attempt
 * will show.
 */
const RETRY_AFTER_MS_MAX = 3_600_000;

interface AfterAttempt extends Settled {
  readonly outcome: AttemptOutcome;
  /** Whether the address must not be written to again. */
  readonly suppress: boolean;
  /** Whether it is impossible to find out if the message was sent; this is logged. */
  readonly mayBeLost: boolean;
}

/** Who ended the attempt. */
type EndedBy = 'provider' | 'process';

/**
 * The new state of a message after an attempt. If the end of an attempt is unknown, the message is
 * repeated only if a duplicate would be recognized. Pure.
 *
 * @param chance a random number from 0 to 1.
 * @param ended `process`: our process was killed. That says nothing about the provider, so there is
 *   no wait for it.
 */
function afterAttempt(
  outcome: SendOutcome,
  repeat: Repeat,
  attempts: number,
  nowMs: number,
  chance: number,
  ended: EndedBy = 'provider',
): AfterAttempt {
  const base = { providerId: null, sendAtMs: null, suppress: false, mayBeLost: false };
  const retryLater = (
    reason: string,
    attempt: AttemptOutcome,
    requestedS: number | null,
  ): AfterAttempt => {
    const waitMs = ended === 'process' ? 0 : FIRST_WAIT_MS * WAIT_GROWTH ** (attempts - 1);
    const withChance = waitMs * (1 + JITTER_SHARE * chance);
    const requestedMs = Math.min((requestedS ?? 0) * 1_000, RETRY_AFTER_MS_MAX);
    const sendAtMs = Math.round(nowMs + Math.max(withChance, requestedMs));
    return { ...base, state: 'queued', reason, outcome: attempt, sendAtMs };
  };
  switch (outcome.outcome) {
    case 'accepted':
      return {
        ...base,
        state: 'sent',
        reason: null,
        outcome: 'accepted',
        providerId: outcome.providerId,
      };
    case 'refused': {
      const state = outcome.address ? 'bounced' : 'failed';
      const { reason, address: suppress } = outcome;
      return { ...base, state, reason, outcome: 'refused', suppress };
    }
    case 'retry':
      if (attempts >= ATTEMPTS_MAX) {
        return { ...base, state: 'dead', reason: outcome.reason, outcome: 'retry' };
      }
      return retryLater(outcome.reason, 'retry', outcome.retryAfterS);
    case 'unknown':
      if (repeat === 'never' || attempts >= ATTEMPTS_MAX) {
        const { reason } = outcome;
        return { ...base, state: 'unknown', reason, outcome: 'unknown', mayBeLost: true };
      }
      return retryLater(outcome.reason, 'unknown', null);
  }
}
