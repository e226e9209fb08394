import { expect, it } from 'vitest';
import { noSystem } from './no-system.ts';

it('names the setting that turns sandboxes off, and no other system for it', () => {
  expect(noSystem({ environment: 'sandbox' })).toContain('WAYBILL_SANDBOX');
  expect(noSystem({ environment: 'carrier_test' })).toMatch(/no known test system/);
  expect(noSystem({ environment: 'production' })).toMatch(/no known production system/);
});
