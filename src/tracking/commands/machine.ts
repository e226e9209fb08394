import type { Status } from '../../kernel/status.ts';

/** A command to set a status, by a merchant, a courier or an operator. */
export interface Command {
  readonly status: Status;
  readonly subStatus: string | null;
  /** When it happened (epoch ms); null means now. */
  readonly occurredAtMs: number | null;
  readonly note: string | null;
  readonly apiKeyId: string | null;
  /** The sender's own id, which identifies the command when it is sent again. */
  readonly clientId?: string;
  /**
   * A person says that the problem is solved, without a report from the carrier: the log's entry
   * says `resumed`, and recipients are not notified.
   */
  readonly resumes?: boolean;
  /**
   * The command comes from an offline queue, so what it reports has already happened: a delivery is
   * recorded without the proof it requires, and the case `proof_missing` is opened.
   */
  readonly queued?: boolean;
  /**
   * A second status at the same time: a courier who picks up at the sender's door and drives
   * straight to the recipient has the parcel out for delivery from the pickup on.
   */
  readonly andThen?: Status;
}

/**
 * The transition table: the statuses that a command may set, by the current one. Facts are never
 * refused; commands are, because a person who requests an impossible move has the wrong parcel or
 * pressed the wrong button. After `exception`, the parcel continues or goes back to the sender.
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
    // A recall: the parcel is in the van and must not be delivered any more.
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

type CommandCheck =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly allowedMoves: readonly Status[] };

/** Returns the statuses that a command may set after this one. */
export function movesFrom(status: Status): readonly Status[] {
  return COMMAND_MOVES[status];
}

/**
 * Returns whether a command may move a shipment from `from` to `to`; if not, also the allowed
 * moves.
 */
export function checkCommand(from: Status, to: Status): CommandCheck {
  const moves = COMMAND_MOVES[from];
  return moves.includes(to) ? { allowed: true } : { allowed: false, allowedMoves: moves };
}
