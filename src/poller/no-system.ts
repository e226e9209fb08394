import type { PollingAccount } from '../intake/index.ts';

/** Why an account cannot ask: there is nothing at the end of its environment. A part of a sentence. */
export function noSystem({ environment }: Pick<PollingAccount, 'environment'>): string {
  switch (environment) {
    case 'sandbox':
      return 'no built-in sandbox of this carrier runs here; WAYBILL_SANDBOX=off turns them off';
    case 'carrier_test':
      return 'we know of no test system of this carrier';
    case 'production':
      return 'there is no production system of this carrier to ask';
  }
}
