import type { Period } from '../../platform/partitions/period.ts';

/** Positions in stretches, in days of UTC. */
export const STRETCHES_TABLE: { readonly table: string; readonly period: Period } = {
  table: 'courier_stretches',
  period: 'day',
};

/** Positions one by one, as versions before 0162 wrote them: what is left is read, and goes after its day. */
export const POSITIONS_TABLE: { readonly table: string; readonly period: Period } = {
  table: 'courier_positions',
  period: 'day',
};
