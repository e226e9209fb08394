/** Live and test are apart: a test shipment never reaches a real recipient or a live endpoint. */
export type Mode = 'live' | 'test';

/** Whose rows: one merchant's, in one mode. Nothing is ever shared between two of them. */
export interface Tenant {
  readonly merchantId: string;
  readonly mode: Mode;
}
