import { definedOnly } from '../../kernel/defined-only.ts';
import type { ProofKind } from '../../kernel/proof-kinds.ts';
import type { Status } from '../../kernel/status.ts';
import type { Mode } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import { type Refusal, whyRefused } from './command-attempts.sql.ts';

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
