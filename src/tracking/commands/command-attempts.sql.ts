import { definedOnly } from '../../kernel/defined-only.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { ProofKind } from '../../kernel/proof-kinds.ts';
import type { Status } from '../../kernel/status.ts';
import type { Mode, Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { Shipment } from '../shipment.ts';
import type { TrackingDeps } from '../tracking.ts';
import { type Command, checkCommand } from './machine.ts';

/**
 * Seals a note with a key of its own, which is deleted with the shipment, because it may name
 * people.
 */
function sealNote(note: string | null, sealer: EnvelopeSealer) {
  return note === null ? null : sealer.seal(Buffer.from(note, 'utf8'));
}

/**
 * Logs an attempt, accepted (`refused` is null) or refused, for example for missing proof. Returns
 * its id, which is used where a message from a carrier has the id of its inbound message.
 */
export async function insertCommandAttempt(
  db: Queryable,
  deps: Pick<TrackingDeps, 'clock' | 'randomBytes' | 'sealer'>,
  tenant: Tenant,
  shipment: Shipment,
  command: Command,
  refused: { readonly missing: readonly ProofKind[] } | null,
): Promise<string> {
  const nowMs = deps.clock.nowMs();
  const id = uuidV7(nowMs, deps.randomBytes(10));
  const note = sealNote(command.note, deps.sealer);
  await db.query({
    name: 'insert_command_attempt',
    text: `insert into command_attempts (id, shipment_id, merchant_id, mode, api_key_id, from_status,
             requested, accepted, attempted_at, note, data_key)
           values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9 / 1000.0), $10, $11)`,
    values: [
      id,
      shipment.id,
      tenant.merchantId,
      tenant.mode,
      command.apiKeyId,
      shipment.state.status,
      JSON.stringify({
        status: command.status,
        sub_status: command.subStatus,
        occurred_at: command.occurredAtMs,
        client_id: command.clientId,
        ...(refused?.missing.length ? { missing_proof: refused.missing } : {}),
      }),
      refused === null,
      nowMs,
      note?.sealed ?? null,
      note?.dataKey ?? null,
    ],
  });
  return id;
}

/** A command as its merchant can list it later, executed or refused. */
export interface CommandAttempt {
  readonly id: string;
  readonly status: Status;
  readonly subStatus: string | null;
  /** The time the sender gave (epoch ms); null means the time at which the command was sent. */
  readonly occurredAtMs: number | null;
  readonly note: string | null;
  readonly apiKeyId: string | null;
  /** The sender's own id for the command; null if it gave none. */
  readonly clientId: string | null;
  /** The status that was shown at that time. */
  readonly fromStatus: Status;
  readonly attemptedAtMs: number;
  /** Why the command was refused; null if it was executed. */
  readonly refused: Refusal | null;
}

/**
 * Why a command was refused. `forbidden_move`: the transition table forbids it. `overtaken`:
 * something later was already known. `proof_missing`: a required proof of delivery is missing.
 */
type Refusal = 'forbidden_move' | 'overtaken' | 'proof_missing';

/** Limit of attempts returned, the newest ones; it is more than one parcel realistically has. */
const ATTEMPTS_MAX = 100;

interface AttemptRow
  extends Row<
    'command_attempts',
    'id' | 'apiKeyId' | 'accepted' | 'attemptedAtMs' | 'note' | 'dataKey'
  > {
  fromStatus: Status;
  requested: {
    status: Status;
    sub_status: string | null;
    occurred_at: number | null;
    client_id?: string;
    missing_proof?: ProofKind[];
  };
}

/** Returns the commands for a shipment, newest first. */
export async function commandAttempts(
  db: Queryable,
  { sealer }: Pick<TrackingDeps, 'sealer'>,
  shipmentId: string,
): Promise<readonly CommandAttempt[]> {
  const rows = await queryRows<AttemptRow>(db, {
    name: 'command_attempts',
    text: `select id, api_key_id, from_status, requested, accepted, attempted_at, note, data_key
           from command_attempts where shipment_id = $1
           order by attempted_at desc, id desc limit $2`,
    values: [shipmentId, ATTEMPTS_MAX],
  });
  return rows.map(({ requested, accepted, note, dataKey, ...attempt }) => ({
    ...attempt,
    status: requested.status,
    subStatus: requested.sub_status,
    occurredAtMs: requested.occurred_at,
    note: note && dataKey && Buffer.from(sealer.open(note, dataKey)).toString('utf8'),
    clientId: requested.client_id ?? null,
    refused: accepted ? null : whyRefused(attempt.fromStatus, requested),
  }));
}

/** Returns why a command was refused. Pure. */
function whyRefused(
  from: Status,
  { status, missing_proof: missing }: Pick<AttemptRow['requested'], 'status' | 'missing_proof'>,
): Refusal {
  if (missing !== undefined) return 'proof_missing';
  return checkCommand(from, status).allowed ? 'overtaken' : 'forbidden_move';
}

/** A command that a merchant's system or a courier sent and the hub refused. */
export interface RefusedCommand {
  readonly id: string;
  readonly shipmentId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
  /** The merchant's slug. */
  readonly merchant: string;
  readonly mode: Mode;
  /** The status shown, and the one requested. */
  readonly fromStatus: Status;
  readonly status: Status;
  readonly why: Refusal;
  /** Epoch ms. */
  readonly attemptedAtMs: number;
}

interface RefusedRow extends Omit<RefusedCommand, 'why'> {
  readonly missingProof: ProofKind[] | null;
}

/**
 * Returns refused commands of all merchants, newest first.
 *
 * @param before id of the last one already read; null starts at the newest.
 */
export async function refusedCommands(
  db: Queryable,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<readonly RefusedCommand[]> {
  const rows = await queryRows<RefusedRow>(db, {
    name: 'refused_commands',
    text: `select a.id, a.shipment_id, s.carrier, s.tracking_number, m.slug as merchant, a.mode,
             a.from_status, a.requested ->> 'status' as status,
             a.requested -> 'missing_proof' as missing_proof, a.attempted_at
           from command_attempts a
           join shipments s on s.id = a.shipment_id
           join merchants m on m.id = a.merchant_id
           where not a.accepted and ($1::uuid is null or a.id < $1)
           order by a.id desc limit $2`,
    values: [before, limit],
  });
  return rows.map(({ missingProof, ...command }) => ({
    ...command,
    why: whyRefused(command.fromStatus, {
      status: command.status,
      ...definedOnly({ missing_proof: missingProof ?? undefined }),
    }),
  }));
}
