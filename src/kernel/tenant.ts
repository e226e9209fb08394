/**
 * Live and test are separate: a test shipment never reaches a real recipient or a live endpoint.
 */
export const MODES = ['live', 'test'] as const;
export type Mode = (typeof MODES)[number];

/** The owner of rows: one merchant, in one mode. Nothing is ever shared between two of them. */
export interface Tenant {
  readonly merchantId: string;
  readonly mode: Mode;
}

/**
 * The merchant "Demo" has the same id in every installation, so that any process recognizes its
 * parcels without a query. They are invented, and nothing about them leaves the console: not to
 * feeds, webhooks, Kafka, messages or learning.
 */
export const DEMO_TENANT: Tenant = {
  merchantId: '019d0000-de30-7000-8000-00000000de30',
  mode: 'test',
};

export function isDemo({ merchantId }: Pick<Tenant, 'merchantId'>): boolean {
  return merchantId === DEMO_TENANT.merchantId;
}
