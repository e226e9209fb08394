import { DEMO_TENANT } from '../../kernel/tenant.ts';

/**
 * Condition for a row that is not the demo's: the demo's couriers are offered and predicted
 * nothing, nothing is learned from them, and nobody watches over them.
 */
export const IS_REAL = `merchant_id <> '${DEMO_TENANT.merchantId}'`;
