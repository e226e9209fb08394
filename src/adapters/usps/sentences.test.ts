import { describe, expect, it } from 'vitest';
import { eventOfDetail, eventOfSummary, eventsOfSentences } from './sentences.ts';

describe('the sentence that leads a SUMMARY', () => {
  it.each([
    [
      'Your item was delivered to the original sender at 1:00 pm on May 2, 2019',
      'Delivered, To Original Sender',
    ],
    ['Your item was delivered to an agent at 1:00 pm on May 2, 2019', 'Delivered, To Agent'],
    ['Your item was returned to the sender on May 2, 2019', 'Return to Sender Processed'],
    [
      'Your item is out for delivery on May 2, 2019 at 9:00 am in SALEM, OR 97301',
      'Out for Delivery',
    ],
    [
      'We attempted to deliver your item at 1:00 pm on May 2, 2019 in SALEM, OR 97301',
      'Notice Left',
    ],
  ])('%s', (sentence, eventType) => {
    expect(eventOfSummary(sentence)).toMatchObject({
      eventType,
      eventTimestamp: expect.stringMatching(/^2019-05-02/),
    });
  });

  it('has its town in capitals, at any place, and its hour', () => {
    const sentence = 'Your item arrived at our SALEM, OR 97301 facility on May 2, 2019 at 9:05 pm.';
    expect(eventOfSummary(sentence)).toEqual({
      eventType: 'Arrived at USPS Facility',
      eventTimestamp: '2019-05-02T21:05:00',
      eventCity: 'SALEM',
      eventState: 'OR',
      eventZIPCode: '97301',
    });
    expect(eventOfSummary('Your item departed, as planned, on May 2, 2019.')).not.toHaveProperty(
      'eventCity',
    );
  });

  it('makes no delivery of one into other hands, or of one that is to come', () => {
    for (const sentence of [
      'Your item was delivered to a shipping partner on May 2, 2019',
      'Your item will be delivered on May 2, 2019',
      'Your item could not be delivered on May 2, 2019 at 9:00 am',
    ]) {
      expect(eventOfSummary(sentence)).not.toMatchObject({ eventType: 'Delivered' });
    }
  });

  it('says nothing certain without a date', () => {
    for (const sentence of [
      'Out for Delivery, SALEM, OR 97301',
      'Your item was delivered in SALEM, OR 97301.',
      'There is no record of that item.',
    ]) {
      expect([sentence, eventOfSummary(sentence)]).toEqual([sentence, null]);
    }
  });
});

it('a later sentence is its words, its date and its place', () => {
  expect(eventOfDetail('Notice Left, 05/02/2019, 11:07 am, SALEM, OR 97301')).toEqual({
    eventType: 'Notice Left',
    eventTimestamp: '2019-05-02T11:07:00',
    eventCity: 'SALEM',
    eventState: 'OR',
    eventZIPCode: '97301',
  });
  expect(eventOfDetail('May 30 11:07 am DELIVERED SALEM OR 97301')).toBeNull();
  expect(eventOfDetail('anything else')).toBeNull();
});

it('sentences without a date are omitted, and so are other texts', () => {
  expect(eventsOfSentences(['In Transit', 7, 'Acceptance, May 1, 2019', null])).toEqual([
    { eventType: 'Acceptance', eventTimestamp: '2019-05-01' },
  ]);
});
