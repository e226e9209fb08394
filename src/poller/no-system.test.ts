import { expect, it } from 'vitest';
import { errorText } from '../platform/messages/error-text.ts';
import { noSystem } from './no-system.ts';

it('names the setting that turns sandboxes off, and no other system for it', () => {
  expect(errorText(noSystem({ environment: 'sandbox' }))).toContain('WAYBILL_SANDBOX');
  expect(errorText(noSystem({ environment: 'carrier_test' }))).toMatch(/no known test system/);
  expect(errorText(noSystem({ environment: 'production' }))).toMatch(/no known production system/);
});
