/**
 * Live and test are separate: a test shipment never reaches a real recipient or a live endpoint.
 */
export type Mode = 'live' | 'test';

/** The owner of rows: one merchant, in one mode. Nothing is ever shared between two of them. */
export interface Tenant {
  readonly merchantId: string;
  readonly mode: Mode;
}
