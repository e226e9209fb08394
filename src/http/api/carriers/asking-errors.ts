/** Errors that prevent a call to the carrier, or its answer. */
export const ASKING_ERRORS = [
  'not_found',
  'not_offered',
  'no_carrier_account',
  'account_paused',
  'account_refused',
  'no_budget',
  'carrier_unavailable',
] as const;
