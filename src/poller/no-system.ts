import type { PollingAccount } from '../intake/index.ts';

/**
 * Returns why an account cannot make calls: its environment has no system behind it. Part of a
 * sentence.
 */
export function noSystem({ environment }: Pick<PollingAccount, 'environment'>): string {
  switch (environment) {
    case 'sandbox':
      return 'no built-in sandbox of this carrier is running; WAYBILL_SANDBOX=off disables them';
    case 'carrier_test':
      return 'this carrier has no known test system';
    case 'production':
      return 'this carrier has no known production system';
  }
}
