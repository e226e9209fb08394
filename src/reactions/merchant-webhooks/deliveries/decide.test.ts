import { describe, expect, it } from 'vitest';
import { readEntry } from '../../../events/read-entry.ts';
import { anEntry, anEvent } from '../../../events/test-events.ts';
import { wants } from './decide.ts';

const event = anEvent('shipment.status_changed', {
  data: { status: 'delivered', tags: ['vip', 'web'] },
});

describe('an endpoint', () => {
  it.each([
    [['*'], true],
    [['shipment.status_changed'], true],
    [['shipment.*'], true],
    [['shipment.created', 'shipment.*'], true],
    [['shipment'], false],
    [['ship.*'], false],
    [['shipment.status'], false],
    [['carrier_account.*'], false],
    [[], false],
  ])('subscribed to %j receives a change of status: %s', (events, is) => {
    expect(wants({ events, filters: {} }, event)).toBe(is);
  });

  it.each([
    [{ carriers: ['acme'] }, true],
    [{ carriers: ['other'] }, false],
    [{ statuses: ['returned_to_sender', 'delivered'] }, true],
    [{ tags: ['web'] }, true],
    [{ tags: ['wholesale'] }, false],
    [{ tags: [] }, false],
    [{ carriers: ['acme'], statuses: ['created'] }, false],
  ])('with the filters %j receives it: %s', (filters, is) => {
    expect(wants({ events: ['*'], filters }, event)).toBe(is);
  });

  it('with a filter receives no event that lacks the filtered member', () => {
    const account = readEntry({
      ...anEntry({ type: 'carrier_account.health_changed' }),
      data: { id: 'a', carrier: 'bolt', tags: 'vip' },
    });
    expect(wants({ events: ['*'], filters: { tags: ['vip'] } }, account)).toBe(false);
    expect(wants({ events: ['*'], filters: { carriers: ['acme'] } }, account)).toBe(false);
    expect(wants({ events: ['*'], filters: {} }, account)).toBe(true);
  });
});
