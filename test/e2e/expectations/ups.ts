import type { Expectations } from './expected.ts';

const UPS_NUMBER = '1Z023E2X0214323462';
const UPS_LABEL = 'created 2024-04-21T12:49:17 2024-04-21T16:49:17Z';
const UPS_ORIGIN = 'picked_up 2024-04-22T18:30:00 2024-04-22T22:30:00Z';
const UPS_ARRIVAL = 'at_facility 2024-04-23T02:10:00 2024-04-23T06:10:00Z';
const UPS_OUT = 'out_for_delivery 2024-04-23T09:15:19 2024-04-23T13:15:19Z';

export const ups: Expectations = {
  'composed_label_created.json': [{ number: UPS_NUMBER, status: 'created', events: [UPS_LABEL] }],
  // "Arrival scan" is at a facility, although the rollup calls it on the way.
  'composed_in_transit.json': [
    {
      number: UPS_NUMBER,
      status: 'at_facility',
      estimate: '2024-04-24',
      events: [UPS_ARRIVAL, UPS_ORIGIN, UPS_LABEL],
    },
  ],
  'composed_out_for_delivery_window.json': [
    {
      number: UPS_NUMBER,
      status: 'out_for_delivery',
      estimate: '2024-04-23 2024-04-23T13:15:00–2024-04-23T17:15:00',
      events: [UPS_OUT, UPS_ARRIVAL, UPS_ORIGIN, UPS_LABEL],
    },
  ],
  'composed_delivery_attempted.json': [
    {
      number: UPS_NUMBER,
      status: 'delivery_attempted',
      subStatus: 'recipient_unavailable',
      estimate: '2024-04-24',
      events: [
        'delivery_attempted/recipient_unavailable 2024-04-23T14:30:00 2024-04-23T18:30:00Z',
        UPS_OUT,
        UPS_ARRIVAL,
        UPS_ORIGIN,
        UPS_LABEL,
      ],
    },
  ],
  'composed_exception_weather.json': [
    {
      number: UPS_NUMBER,
      status: 'exception',
      subStatus: 'weather_delay',
      estimate: '2024-04-25',
      events: [
        'exception/weather_delay 2024-04-23T06:00:00 2024-04-23T10:00:00Z',
        UPS_ORIGIN,
        UPS_LABEL,
      ],
    },
  ],
  'composed_access_point_ready.json': [
    {
      number: UPS_NUMBER,
      status: 'available_for_pickup',
      subStatus: 'access_point',
      estimate: '2024-04-23',
      events: [
        'available_for_pickup/access_point 2024-04-23T17:30:00 2024-04-23T21:30:00Z',
        UPS_OUT,
        UPS_ARRIVAL,
        UPS_ORIGIN,
        UPS_LABEL,
      ],
    },
  ],
  'composed_returning.json': [
    {
      number: UPS_NUMBER,
      status: 'returning',
      events: [
        'returning 2024-04-26T10:15:00 2024-04-26T14:15:00Z',
        UPS_OUT,
        UPS_ARRIVAL,
        UPS_ORIGIN,
        UPS_LABEL,
      ],
    },
  ],
  'composed_voided.json': [
    {
      number: UPS_NUMBER,
      status: 'cancelled',
      subStatus: 'voided',
      events: ['cancelled/voided 2024-04-22T09:00:00 2024-04-22T13:00:00Z', UPS_LABEL],
    },
  ],
  // No offsets at all: Paramus, NJ settles the zone of the delivery; "US" settles nothing.
  'postman_tracking_success_200.json': [
    {
      number: '1Z1442YY7229014688',
      status: 'delivered',
      events: [
        'delivered 2022-01-26T16:30:00 2022-01-26T21:30:00Z',
        'created 2022-01-26T15:16:41 -',
      ],
    },
  ],
  'track_alert_out_for_delivery.json': [
    {
      number: '1Z204W4R0308071865',
      status: 'out_for_delivery',
      estimate: '2024-04-23',
      events: [UPS_OUT],
    },
  ],
  // UPS's own example promises 2019 for a delivery of 2024: passed on as it is.
  'track_alert_delivered.json': [
    {
      number: '1Z204W4R0308071865',
      status: 'delivered',
      estimate: '2019-10-14',
      events: ['delivered 2024-04-23T09:50:04 2024-04-23T13:50:04Z'],
    },
  ],
  // A new estimate does not change the status.
  'track_alert_update_composed.json': [
    {
      number: '1Z204W4R0308071865',
      status: 'created',
      estimate: '2024-04-24',
      events: ['none/edd_update 2024-04-22T20:15:00 2024-04-23T00:15:00Z'],
    },
  ],
  'not_found_warning_200.json': 'not_found',
  'error_400_invalid_inquiry.json': 'error',
  'error_401_invalid_auth.json': 'auth_error',
  'error_401_token_expired.json': 'auth_error',
  'error_429_rate.json': 'rate_limited',
  'track_alert_subscribe_error_400.json': 'error',
  'oauth_token_success.json': 'unreadable',
  'track_alert_subscribe_partial.json': 'unreadable',
  'track_alert_subscribe_v1_request.json': 'unreadable',
  'track_alert_subscribe_v2_request.json': 'unreadable',
};
