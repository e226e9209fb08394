import { missingProofs, type ProofKind } from '../../kernel/proof-kinds.ts';
import type { Status } from '../../kernel/status.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, withTenant } from '../../platform/database/database.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { EMPTY_HISTORY, type Fact, foldInput } from '../facts/history.ts';
import { hashIdentity } from '../facts/identity.ts';
import { utcTime } from '../facts/note-additions.ts';
import { fold } from '../fold/fold.ts';
import { givenProofKinds } from '../proofs/delivery-proofs.sql.ts';
import { record } from '../record/record.ts';
import type { Shipment } from '../shipment.ts';
import type { TrackingDeps } from '../tracking.ts';
import { insertCommandAttempt } from './command-attempts.sql.ts';
import { type Command, checkCommand } from './machine.ts';
import { findShipment, withLocked } from './manage.ts';

/** The result of a command. */
export type CommandOutcome =
  | { readonly kind: 'done'; readonly shipment: Shipment }
  | { readonly kind: 'not_found' }
  /** The transition table forbids the command. */
  | { readonly kind: 'forbidden'; readonly current: Status; readonly allowed: readonly Status[] }
  /** The command says "delivered", but the required proof is missing. */
  | { readonly kind: 'proof_missing'; readonly missing: readonly ProofKind[] }
  /**
   * The command is allowed, but something certainly later, or of the same minute, is already known.
   */
  | { readonly kind: 'overtaken'; readonly current: Status; readonly latestAtMs: number | null };

/** How far in the future a command may be, because clocks differ. Beyond this it is a mistake. */
export const COMMAND_AHEAD_MS_MAX = 5 * 60_000;

/**
 * Executes a command: checks it against the transition table and, when it is allowed, adds it as a
 * physical fact at its time and folds. Every attempt is logged, refused ones too.
 */
export async function commandShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
  command: Command,
): Promise<CommandOutcome> {
  const outcome = await withLocked<CommandOutcome>(deps, tenant, id, async (tx, shipment, all) => {
    const current = shipment.state.status;
    const check = checkCommand(current, command.status);
    if (!check.allowed) return { kind: 'forbidden', current, allowed: check.allowedMoves };
    const atMs = command.occurredAtMs ?? (await instantForNow(tx, deps, shipment));
    const missing = await missingFor(tx, shipment, command);
    if (missing.length > 0) return { kind: 'proof_missing', missing };
    const attemptId = await insertCommandAttempt(tx, deps, tenant, shipment, command, null);
    const recorded = await record(tx, deps.context(), [
      {
        ...shipment,
        kind: 'commanded',
        shipments: all,
        shipmentId: id,
        facts: commandFacts(deps, command, attemptId, atMs),
        isResumed: command.resumes === true,
      },
    ]);
    const after = recorded.find(({ shipment: { id: each } }) => each === id)?.shipment;
    if (after?.state.status !== (command.andThen ?? command.status)) {
      throw new Overtaken(current, shipment.state.lastEventAtMs);
    }
    return { kind: 'done', shipment: after };
  }).catch((error: unknown) => {
    if (!(error instanceof Overtaken)) throw error;
    return {
      kind: 'overtaken' as const,
      current: error.current,
      latestAtMs: error.latestAtMs,
    };
  });
  if (outcome === null) return { kind: 'not_found' };
  const missing = outcome.kind === 'proof_missing' ? outcome.missing : [];
  if (outcome.kind !== 'done') await logRefusal(deps, tenant, id, command, missing);
  return outcome;
}

/**
 * Returns the proofs that a delivery requires and lacks. None for a command from a phone's offline
 * queue, because what it reports has already happened.
 */
async function missingFor(
  tx: Queryable,
  { id, requireProof }: Shipment,
  { status, queued }: Command,
): Promise<readonly ProofKind[]> {
  if (status !== 'delivered' || queued === true || requireProof.length === 0) return [];
  return missingProofs(requireProof, await givenProofKinds(tx, id));
}

/**
 * Thrown to roll the transaction back, because a command that would change nothing must leave no
 * fact.
 */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
  readonly current: Status;
  readonly latestAtMs: number | null;
  constructor(current: Status, latestAtMs: number | null) {
    super('something later is already known');
    this.current = current;
    this.latestAtMs = latestAtMs;
  }
}

async function logRefusal(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
  command: Command,
  missing: readonly ProofKind[],
): Promise<void> {
  const shipment = await findShipment(deps, tenant, id);
  if (shipment === null) return;
  await withTenant(deps.db.app, tenant, (tx) =>
    insertCommandAttempt(tx, deps, tenant, shipment, command, { missing }),
  );
}

/**
 * Returns the time (epoch ms) for a command that names none: now, or 1 ms after the steering fact
 * if that ends slightly in the future (a scan of this very minute, a carrier's fast clock, the
 * previous command).
 */
async function instantForNow(
  tx: Queryable,
  deps: TrackingDeps,
  shipment: Shipment,
): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const histories = await loadHistories(tx, [shipment.id]);
  const { policyOf } = deps.context();
  const history = histories.get(shipment.id) ?? EMPTY_HISTORY;
  const folded = fold(foldInput(history, policyOf(shipment.carrier), shipment.createdAtMs));
  const steering = folded.verdicts.find(({ identity }) => identity === folded.steering);
  const endMs = steering?.interval.hi ?? Number.NEGATIVE_INFINITY;
  return endMs >= nowMs && endMs - nowMs <= COMMAND_AHEAD_MS_MAX ? endMs + 1 : nowMs;
}

/** Returns the fact of a command, and a second one if the command sets two statuses. */
function commandFacts(
  deps: TrackingDeps,
  command: Command,
  attemptId: string,
  atMs: number,
): Fact[] {
  const first = commandFact(deps, command, attemptId, atMs);
  const { andThen: status } = command;
  if (status === undefined) return [first];
  const reading = { ...first.reading, status, reason: null };
  const identity = hashIdentity(['1', 'command', attemptId, status]);
  return [first, { ...first, identity, reading }];
}

/** Creates the fact of a command, which counts as an observation by the hub itself. */
function commandFact(deps: TrackingDeps, command: Command, attemptId: string, atMs: number): Fact {
  const nowMs = deps.clock.nowMs();
  return {
    identity: hashIdentity(['1', 'command', attemptId]),
    source: 'command',
    code: 'command',
    codes: {},
    piece: null,
    summary: false,
    about: null,
    reading: {
      status: command.status,
      reason: command.subStatus,
      milestone: null,
      logical: false,
      hidden: false,
      known: true,
      reviewed: true,
      rule: null,
      correction: false,
      returnCancelled: false,
      mappingVersion: 'command',
    },
    observations: [
      {
        inboundMessageId: attemptId,
        carrierPieceId: null,
        source: 'internal',
        trust: 'internal',
        byAccount: false,
        receivedAtMs: nowMs,
        time: utcTime(atMs),
        place: null,
      },
    ],
  };
}
