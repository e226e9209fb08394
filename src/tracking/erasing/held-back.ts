import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Pacer } from '../../platform/pace/pacer.ts';

/** A parcel that could not be archived or deleted, and why. */
export interface Unswept {
  readonly id: string;
  readonly error: unknown;
}

/**
 * Parcels that a sweep could not process because a row of theirs is broken. They are reported and
 * skipped, so that they do not block the others. Each is retried once a day, and by every process
 * that starts.
 */
export interface HeldBack {
  /** Returns the parcels that must not be retried yet. */
  ids(): readonly string[];
  /** Adds failures. Throws the first error when there are too many to be caused by single rows. */
  add(failed: readonly Unswept[]): void;
}

/** What the sweeps of parcels have in common. */
export interface Sweeping {
  readonly held: HeldBack;
  /** Paces the work; if absent, there are no pauses. */
  readonly pacer?: Pick<Pacer, 'inBatches'> | undefined;
}

const TRIED_EVERY_MS = 86_400_000;
/** Limit of parcels that are held back; with more, the cause cannot be single rows. */
export const HELD_MAX = 1_000;

interface HeldBackDeps {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log: Pick<Logger, 'error'>;
  readonly metrics?: Registry;
}

/**
 * Creates the list of held-back parcels; with `metrics`, it also registers the gauge of their
 * number.
 */
export function holdBack({ clock, log, metrics }: HeldBackDeps): HeldBack {
  const untilMs = new Map<string, number>();
  const ids = (): readonly string[] => {
    const nowMs = clock.nowMs();
    for (const [id, until] of untilMs) if (until <= nowMs) untilMs.delete(id);
    return [...untilMs.keys()];
  };
  if (metrics !== undefined) {
    new Gauge({
      name: 'waybill_parcels_not_swept',
      help: 'Parcels whose period is over and that could not be deleted today, as a row of theirs is broken.',
      registers: [metrics],
      collect() {
        this.set(ids().length);
      },
    });
  }
  return {
    ids,
    add(failed) {
      for (const { id, error } of failed) {
        if (untilMs.size >= HELD_MAX) throw error;
        untilMs.set(id, clock.nowMs() + TRIED_EVERY_MS);
        const what = 'a parcel whose period is over cannot be deleted, and is left out for a day';
        log.error({ err: error, shipment_id: id }, what);
      }
    },
  };
}
