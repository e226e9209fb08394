import type { Expectations, Expected } from './expected.ts';

const FEDEX_DELIVERED: Expected = {
  number: '122816215025810',
  status: 'delivered',
  events: [
    'delivered 2014-01-09T13:31:00 2014-01-09T18:31:00Z',
    'out_for_delivery 2014-01-09T04:18:00 2014-01-09T09:18:00Z',
    'at_facility 2014-01-09T04:09:00 2014-01-09T09:09:00Z',
    'in_transit 2014-01-08T23:26:00 2014-01-09T04:26:00Z',
    'in_transit 2014-01-08T18:14:07 2014-01-09T00:14:07Z',
    'at_facility 2014-01-08T15:16:00 2014-01-08T21:16:00Z',
    'at_facility 2014-01-07T00:29:00 2014-01-07T06:29:00Z',
    'in_transit 2014-01-03T19:12:30 2014-01-04T03:12:30Z',
    'at_facility 2014-01-03T18:33:00 2014-01-04T02:33:00Z',
    'picked_up 2014-01-03T15:00:00 2014-01-03T23:00:00Z',
    'created 2014-01-03T14:31:00 2014-01-03T22:31:00Z',
  ],
};

export const fedex: Expectations = {
  'track_sandbox_delivered.json': [FEDEX_DELIVERED],
  'track_batch_partial_error.json': [
    FEDEX_DELIVERED,
    { number: '128667043726', status: 'created', events: [] },
  ],
  'track_sandbox_delivery_exception_007.json': [
    {
      number: '377101283611590',
      status: 'delivery_attempted',
      subStatus: 'recipient_unavailable',
      estimate: '2023-12-31',
      events: [
        'delivery_attempted/recipient_unavailable 2013-12-18T11:22:15 2013-12-18T19:22:15Z',
        'out_for_delivery 2013-12-18T08:25:00 2013-12-18T16:25:00Z',
        'at_facility 2013-12-18T01:08:00 2013-12-18T09:08:00Z',
        'in_transit 2013-12-18T00:37:16 2013-12-18T08:37:16Z',
        'in_transit 2013-12-17T23:36:00 2013-12-18T07:36:00Z',
        'at_facility 2013-12-17T19:57:00 2013-12-18T03:57:00Z',
        'in_transit 2013-12-13T09:43:35 2013-12-13T14:43:35Z',
        'at_facility 2013-12-12T17:26:00 2013-12-12T22:26:00Z',
        'picked_up 2013-12-12T14:39:00 2013-12-12T19:39:00Z',
        'created 2013-12-11T08:14:00 2013-12-11T13:14:00Z',
      ],
    },
  ],
  // Its only date is the service commitment, which is not an estimate.
  'track_sandbox_label_created.json': [
    {
      number: '449044304137821',
      status: 'created',
      events: ['created 2013-12-30T13:24:00 2013-12-30T18:24:00Z'],
    },
  ],
  // All optional fields at once, including an error. The scan counts; the window spans two weeks,
  // so its end is a date without hours.
  'track_spec_full_example.json': [
    {
      number: '128667043726',
      status: 'picked_up',
      estimate: '2021-10-15',
      events: ['picked_up 2018-02-02T12:01:00 2018-02-02T19:01:00Z'],
    },
  ],
  'webhook_aiv_delivered_composed.json': [
    {
      number: '122816215025810',
      status: 'delivered',
      events: ['delivered 2014-01-09T13:31:00 2014-01-09T18:31:00Z'],
    },
  ],
  'track_not_found_per_result.json': 'not_found',
  'error_http_400.json': 'error',
  'error_http_401.json': 'auth_error',
  'error_http_403.json': 'auth_error',
  'error_http_404.json': 'error',
  'error_http_429_quota.json': 'rate_limited',
  'error_http_429_rate.json': 'rate_limited',
  'error_http_500.json': 'error',
  'error_http_503.json': 'error',
  'oauth_token_success.json': 'unreadable',
  'request_track_trackingnumbers.json': 'unreadable',
};
