/** What keeps a carrier from being asked, or from answering. */
export const ASKING_ERRORS = [
  'not_found',
  'not_offered',
  'no_carrier_account',
  'account_paused',
  'account_refused',
  'no_budget',
  'carrier_unavailable',
] as const;
