import type { Status } from '../../kernel/status.ts';

/** "Set this status": by a merchant, a courier or an operator. */
export interface Command {
  readonly status: Status;
  readonly subStatus: string | null;
  /** Epoch ms; now when absent. */
  readonly occurredAtMs: number | null;
  readonly note: string | null;
  readonly apiKeyId: string | null;
  /** The sender's own, by which the command is known when it is sent again. */
  readonly clientId?: string;
  /**
   * Somebody's word that trouble is over, which no carrier said: the log's entry says `resumed`, and
   * recipients are told nothing of it.
   */
  readonly resumes?: boolean;
  /**
   * It was given where there was no network, and what it tells has happened: a delivery is recorded
   * without the proof it needs, and the case `proof_missing` says so.
   */
  readonly queued?: boolean;
  /**
   * What is so from the same instant on: who fetches a parcel at the sender's door and brings it straight
   * on has it out for delivery with the pickup.
   */
  readonly andThen?: Status;
}

/**
 * Where a command may move a shipment. Facts are never refused; commands are, because a person
 * who asks for the impossible has the wrong parcel or the wrong button. Leaving `exception` is a
 * resolution: back on the way, or back to the sender.
 */
export const COMMAND_MOVES: Readonly<Record<Status, readonly Status[]>> = {
  created: ['picked_up', 'cancelled', 'exception'],
  picked_up: ['in_transit', 'at_facility', 'out_for_delivery', 'exception', 'returning'],
  in_transit: [
    'in_transit',
    'at_facility',
    'out_for_delivery',
    'available_for_pickup',
    'exception',
    'returning',
  ],
  at_facility: [
    'at_facility',
    'in_transit',
    'out_for_delivery',
    'available_for_pickup',
    'exception',
    'returning',
  ],
  out_for_delivery: [
    'delivered',
    'delivery_attempted',
    'at_facility',
    'available_for_pickup',
    'exception',
    // A recall: it is in the van, and nobody is to get it any more.
    'returning',
  ],
  delivery_attempted: [
    'out_for_delivery',
    'at_facility',
    'available_for_pickup',
    'exception',
    'returning',
    'returned_to_sender',
  ],
  available_for_pickup: ['delivered', 'exception', 'returning'],
  exception: ['in_transit', 'at_facility', 'out_for_delivery', 'returning', 'returned_to_sender'],
  returning: ['returning', 'returned_to_sender', 'exception'],
  delivered: [],
  returned_to_sender: [],
  cancelled: [],
};

export type CommandCheck =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly allowedMoves: readonly Status[] };

/** Where a command may move a shipment that shows it. */
export function movesFrom(status: Status): readonly Status[] {
  return COMMAND_MOVES[status];
}

/** Whether a command may move a shipment that shows `from` to `to`; if not, where it may. */
export function checkCommand(from: Status, to: Status): CommandCheck {
  const moves = COMMAND_MOVES[from];
  return moves.includes(to) ? { allowed: true } : { allowed: false, allowedMoves: moves };
}
