import { describe, expect, it } from 'vitest';
import { parse } from './parse.ts';

function codesOf(event: object, answer: object = {}) {
  const trackingEvents = [{ eventTimestamp: '2026-02-02T10:00:00', ...event }];
  const text = JSON.stringify({
    trackingNumber: '9400100000000000000006',
    ...answer,
    trackingEvents,
  });
  const outcome = parse({ text });
  return outcome.outcome === 'reports' ? outcome.reports[0]?.facts[0]?.codes : outcome;
}

it('the code of delivery with contradicting words makes no delivery', () => {
  const delivered = (eventType: string) => codesOf({ eventCode: '01', eventType });
  expect(delivered('Departed USPS Facility')).toEqual({ text: 'Departed USPS Facility' });
  expect(delivered('Accepted')).toEqual({ text: 'Accepted' });
  expect(delivered('Delivered, In/At Mailbox')).toEqual({ code: '01' });
  expect(delivered('Delivered')).toEqual({ code: '01' });
  expect(delivered('Words nobody knows')).toEqual({ code: '01' });
});

it('any other code takes precedence over its words', () => {
  expect(codesOf({ eventCode: '02', eventType: 'Out for Delivery' })).toEqual({ code: '02' });
});

describe('a category with words of another event', () => {
  it('makes no delivery of them, whatever the code', () => {
    const answer = { statusCategory: 'Delivered' };
    expect(codesOf({ eventCode: 'QZ', eventType: 'Departed USPS Facility' }, answer)).toEqual({
      code: 'QZ',
      text: 'Departed USPS Facility',
    });
    expect(codesOf({ eventCode: 'QZ', eventType: 'Delivered' }, answer)).toEqual({
      code: 'QZ',
      category: 'Delivered',
    });
  });

  it('still returns their meaning when it names no delivery', () => {
    const answer = { statusCategory: 'Alert' };
    expect(codesOf({ eventType: 'Departed USPS Facility' }, answer)).toMatchObject({
      category: 'Alert',
    });
  });
});
