import type { Period } from '../../../platform/partitions/period.ts';

/** Positions in stretches, partitioned by UTC day. */
export const STRETCHES_TABLE: { readonly table: string; readonly period: Period } = {
  table: 'courier_stretches',
  period: 'day',
};

/**
 * Single positions, as versions before 0162 wrote them: remaining ones are read, and dropped after
 * their day.
 */
export const POSITIONS_TABLE: { readonly table: string; readonly period: Period } = {
  table: 'courier_positions',
  period: 'day',
};
