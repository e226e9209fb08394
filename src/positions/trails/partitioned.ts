import type { Period } from '../../platform/partitions/period.ts';

/** Positions as they came, in days of UTC. */
export const POSITIONS_TABLE: { readonly table: string; readonly period: Period } = {
  table: 'courier_positions',
  period: 'day',
};
