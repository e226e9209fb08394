import type { Expectations, Expected } from './expected.ts';

const USPS_NUMBER = '9400100000000000000006';
/** The local time is right; seconds come from the GMT field, whose date is wrong. */
const USPS_MOVES = [
  'out_for_delivery 2026-03-06T07:10:11 2026-03-06T15:10:11Z',
  'at_facility 2026-03-06T06:59:11 2026-03-06T14:59:11Z',
  // The GMT field says 5 March: a day too early.
  'in_transit 2026-03-05T22:40:30 2026-03-06T06:40:30Z',
  'in_transit 2026-03-04T11:00 2026-03-04T17:00:00Z',
  'picked_up 2026-03-02T16:20:05 2026-03-02T22:20:05Z',
  // No offset: Austin, TX 78701 is in one zone.
  'created 2026-03-02T09:10 2026-03-02T15:10:00Z',
];
const USPS_OUT: Expected = {
  number: USPS_NUMBER,
  status: 'out_for_delivery',
  estimate: '2026-03-06 2026-03-06T13:15:00–2026-03-06T17:15:00',
  events: USPS_MOVES,
};

export const usps: Expectations = {
  'constructed_v3_detail_out_for_delivery.json': [USPS_OUT],
  'constructed_v3r2_207_mixed.json': [
    USPS_OUT,
    { number: '9400100000000000000013', status: 'created', events: [] },
  ],
  'constructed_v3_detail_delivery_attempt.json': [
    {
      number: USPS_NUMBER,
      status: 'delivery_attempted',
      subStatus: 'recipient_unavailable',
      events: [
        'delivery_attempted/recipient_unavailable 2026-03-06T14:05:41 2026-03-06T22:05:41Z',
        ...USPS_MOVES,
      ],
    },
  ],
  // Code 01 twice in its life: this one is "To Original Sender".
  'constructed_v3_detail_returned_to_sender.json': [
    {
      number: USPS_NUMBER,
      status: 'returned_to_sender',
      events: [
        'returned_to_sender 2026-03-20T10:12 2026-03-20T15:12:00Z',
        'returning 2026-03-12T09:00 2026-03-12T16:00:00Z',
        'exception/address_not_found 2026-03-11T09:00 2026-03-11T16:00:00Z',
        ...USPS_MOVES,
      ],
    },
  ],
  'constructed_webhook_delivered.json': [
    {
      number: USPS_NUMBER,
      status: 'delivered',
      events: ['delivered 2026-03-06T13:10:09 2026-03-06T21:10:09Z'],
    },
  ],
  // The Z is false: its own sentence says 7:31 am in Richmond, VA.
  'official_v3_detail_accepted.json': [
    {
      number: 'XXXXXXXXXXXXXXXXXXXX',
      status: 'picked_up',
      events: ['picked_up 2023-08-02T07:31 2023-08-02T11:31:00Z'],
    },
  ],
  // One sentence only: "USPS is now in possession of your item as of 7:31 am on February 15, 2023".
  'official_v3_summary_accepted.json': [
    {
      number: 'XXXXXXXXXXXXXXXXXXXX',
      status: 'picked_up',
      events: ['picked_up 2023-02-15T07:31 2023-02-15T12:31:00Z'],
    },
  ],
  'constructed_v3_error_400_not_yet.json': 'not_yet',
  'issue56_error_401_invalid_client_id.json': 'auth_error',
  'issue88_error_401_insufficient_scope.json': 'auth_error',
  'magento_error_429_quota.json': 'rate_limited',
  'constructed_subscription_create_request.json': 'unreadable',
  'constructed_v3r2_request.json': 'unreadable',
  'constructed_webhook_delivered.headers.json': 'unreadable',
  'issue56_oauth_token_without_tracking_scope.json': 'unreadable',
  // From a removed path.
  'official_2022_detail_notice_left.json': 'unreadable',
  'official_locations_post_office.json': 'unreadable',
  'official_oauth_token.json': 'unreadable',
};
