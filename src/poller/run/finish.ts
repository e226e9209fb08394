import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { TrackOutcome } from '../../adapters/contract/pull.ts';
import type { Inbox, NewInboundMessage, PollingAccount } from '../../intake/index.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  type Database,
  type Transaction,
  withTransaction,
} from '../../platform/database/database.ts';
import { isTracing, type TracedSpan, trace } from '../../platform/tracing/tracing.ts';
import type { Plan } from '../due/schedule.ts';
import type { PollTarget } from '../due/target.ts';
import { saveTargets, targetsForUpdate } from '../due/targets.sql.ts';
import { type Judgement, judgeAnswer } from './judge-answer.ts';
import { type CallResult, noteMessage, type Settled, settle } from './settle.ts';

export interface FinishDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly inbox: Pick<Inbox, 'storeWithin' | 'announce'>;
}

/** The numbers of one call as they were leased, and the result for each. */
interface PolledBatch {
  readonly account: Pick<PollingAccount, 'id' | 'merchantId' | 'mode' | 'carrier' | 'environment'>;
  readonly adapter: CarrierAdapter;
  readonly leased: readonly PollTarget[];
  readonly outcomes: readonly TrackOutcome[];
  readonly requestedAtMs: number;
  readonly plan: Plan;
  /** Whether the carrier is down for everybody. */
  readonly isCarrierOut: boolean;
}

/** The result of a poll for a number, for checking whether pushes are faster. */
export interface Pulled {
  readonly trackingNumber: string;
  readonly push: PollTarget['push'];
  readonly hadBeenPulled: boolean;
  /** The time of the newest fact known before, from any source. */
  readonly knownFactAtMs: number | null;
  readonly newFactsAtMs: readonly number[];
}

/**
 * Stores the results and schedules each number's next poll, in one transaction: a crash leaves
 * either both, or a lease that expires. If another process has taken over a number's lease
 * meanwhile, that process's plan stays; the answer is stored nevertheless, because it is true.
 */
export async function storeAnswersAndReschedule(
  deps: FinishDeps,
  batch: PolledBatch,
): Promise<readonly Pulled[]> {
  const byNumber = new Map(batch.outcomes.map((each) => [each.trackingNumber, each]));
  const pulled: Pulled[] = [];
  const isSandbox = batch.account.environment === 'sandbox';
  const answeredAtMs = deps.clock.nowMs();
  let storedMessageIds: readonly string[] = [];
  const stored = await withTransaction(deps.db.pipeline, async (tx) => {
    const leased = new Map(batch.leased.map((each) => [each.trackingNumber, each]));
    const rows = await targetsForUpdate(tx, batch.leased);
    const answered = rows.map((row) => ({
      row,
      before: leaseOf(leased.get(row.trackingNumber), row),
      ...resultOf(row, byNumber.get(row.trackingNumber), batch.adapter),
    }));
    const inboundMessageIds = await storeAnswers(deps, tx, batch, answered);
    storedMessageIds = [...inboundMessageIds.values()];
    const settled = answered.flatMap(({ row, before, result: callResult }): Settled[] => {
      if (before === null) return [];
      const inboundMessageId = inboundMessageIds.get(row.trackingNumber) ?? null;
      return [
        settle(row, callResult, {
          ...batch,
          before,
          isSandbox,
          nowMs: deps.clock.nowMs(),
          inboundMessageId,
        }),
      ];
    });
    const notes = settled.flatMap(({ target, notes: each }) =>
      each.map((note) => noteMessage(target, note)),
    );
    const noteIds = await deps.inbox.storeWithin(tx, notes);
    await saveTargets(
      tx,
      settled.map(({ target }) => target),
    );
    for (const { row, result: callResult } of answered) pulled.push(...toPulled(row, callResult));
    return inboundMessageIds.size + noteIds.length;
  });
  if (stored > 0) deps.inbox.announce();
  traceCall(batch, storedMessageIds, answeredAtMs);
  return pulled;
}

/** Returns the leased target, or null if another process has the lease by now. */
function leaseOf(leased: PollTarget | undefined, row: PollTarget): PollTarget | null {
  return leased?.leaseToken === row.leaseToken ? leased : null;
}

interface ResultOfRow {
  readonly result: CallResult;
  readonly text: string | null;
  readonly httpStatus: number;
}

/** Returns what the outcome means for the row; no outcome counts as an error. */
function resultOf(
  row: PollTarget,
  outcome: TrackOutcome | undefined,
  adapter: CarrierAdapter,
): ResultOfRow {
  if (outcome === undefined) {
    return {
      result: { kind: 'outcome', outcome: 'error', reason: 'no outcome' },
      text: null,
      httpStatus: 0,
    };
  }
  if (outcome.outcome !== 'answer') {
    const { outcome: kind, reason } = outcome;
    return { result: { kind: 'outcome', outcome: kind, reason }, text: null, httpStatus: 0 };
  }
  const judgement = judgeAnswer(row, outcome, adapter);
  const { text, httpStatus } = outcome;
  return { result: { kind: 'judged', judgement }, text, httpStatus };
}

/** Stores the answers that contain something new; returns their inbound messages by number. */
async function storeAnswers(
  { inbox }: FinishDeps,
  tx: Transaction,
  { account }: PolledBatch,
  answered: readonly (ResultOfRow & { readonly row: PollTarget })[],
): Promise<Map<string, string>> {
  const updates = answered.filter(
    ({ result: callResult }) => changedJudgement(callResult) !== null,
  );
  const { id, merchantId, mode, carrier } = account;
  const inboundMessages = updates.map(
    ({ row, text, httpStatus }): NewInboundMessage => ({
      source: 'poll',
      carrier,
      owner: { accountId: id, merchantId, mode },
      trust: 'pulled',
      headers: {
        ':number': row.trackingNumber,
        ':status': String(httpStatus),
        ...(row.parcelCarrier !== null && { ':carrier': row.parcelCarrier }),
      },
      body: Buffer.from(text ?? '', 'utf8'),
    }),
  );
  const ids = await inbox.storeWithin(tx, inboundMessages);
  return new Map(updates.map(({ row }, index) => [row.trackingNumber, ids[index] ?? '']));
}

/** Returns the judgement of an answer that contained something new; null for all other results. */
function changedJudgement(result: CallResult): Extract<Judgement, { kind: 'changed' }> | null {
  return result.kind === 'judged' && result.judgement.kind === 'changed' ? result.judgement : null;
}

/** Returns the result of a readable answer as a list of one; empty if there was none. */
function toPulled(row: PollTarget, result: CallResult): Pulled[] {
  if (result.kind !== 'judged' || result.judgement.kind === 'failure') return [];
  return [
    {
      trackingNumber: row.trackingNumber,
      push: row.push,
      hadBeenPulled: row.lastIdentities !== null,
      knownFactAtMs: row.lastFactAtMs,
      newFactsAtMs: changedJudgement(result)?.newFactsAtMs ?? [],
    },
  ];
}

/** The parts of a call that its span needs. */
interface TracedCall {
  readonly account: { readonly carrier: string };
  readonly leased: readonly unknown[];
  readonly outcomes: readonly { readonly outcome: string }[];
  readonly requestedAtMs: number;
}

/**
 * Records a span for a call to a carrier, in the trace of each inbound message that it brought. If
 * it brought nothing new, the span is a trace of its own.
 */
function traceCall(
  { account, leased, outcomes, requestedAtMs }: TracedCall,
  inboundMessageIds: readonly string[],
  endedMs: number,
): void {
  if (!isTracing()) return;
  const call = {
    name: `poll ${account.carrier}`,
    kind: 'client' as const,
    beganMs: requestedAtMs,
    endedMs,
    failed: outcomes.length > 0 && outcomes.every(({ outcome }) => outcome === 'error'),
    attributes: { 'waybill.carrier': account.carrier, 'waybill.together': leased.length },
  } satisfies Omit<TracedSpan, 'trace'>;
  if (inboundMessageIds.length === 0) trace({ ...call, trace: null });
  for (const id of inboundMessageIds) trace({ ...call, trace: id, parent: id });
}
