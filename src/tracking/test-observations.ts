import { observationsOf } from './facts/last-events.sql.ts';

/** All observations as a table, for tests of what is stored. */
export const ALL_OBSERVATIONS = observationsOf('array[shipment_id]');
