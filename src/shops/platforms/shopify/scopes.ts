/** What the app asks for: to read orders, and to write statuses and links. */
export const SCOPES = [
  'read_orders',
  'write_fulfillments',
  'write_merchant_managed_fulfillment_orders',
] as const;
