import type { Expectations, Expected } from './expected.ts';

/** Express in words, without zones: local to Madrid and Leipzig, both an hour ahead of UTC. */
const EXPRESS_MOVES = [
  'out_for_delivery 2026-02-11T08:31:00 2026-02-11T07:31:00Z',
  'at_facility 2026-02-11T05:02:00 2026-02-11T04:02:00Z',
  'in_transit 2026-02-10T23:15:00 2026-02-10T22:15:00Z',
  'picked_up 2026-02-10T16:42:00 2026-02-10T15:42:00Z',
];
const EXPRESS_DELIVERED: Expected = {
  number: '1234567891',
  status: 'delivered',
  events: ['delivered 2026-02-11T12:04:00 2026-02-11T11:04:00Z', ...EXPRESS_MOVES],
};

export const dhl: Expectations = {
  'constructed_push_message.json': [EXPRESS_DELIVERED],
  'constructed_unified_express_delivered.json': [EXPRESS_DELIVERED],
  'constructed_unified_express_out_for_delivery.json': [
    {
      number: '1234567891',
      status: 'out_for_delivery',
      estimate: '2026-02-11',
      events: EXPRESS_MOVES,
    },
  ],
  'constructed_unified_parcel_de_ready_for_pickup.json': [
    {
      number: '00340434292135100124',
      status: 'available_for_pickup',
      events: [
        'available_for_pickup 2026-02-12T18:20:00 2026-02-12T17:20:00Z',
        'out_for_delivery 2026-02-12T09:01:00 2026-02-12T08:01:00Z',
        'created 2026-02-11T20:00:00 2026-02-11T19:00:00Z',
      ],
    },
  ],
  // Delivered with the return flag: to the sender.
  'constructed_unified_parcel_de_return_delivered.json': [
    {
      number: '00340434292135100131',
      status: 'returned_to_sender',
      events: [
        'delivered 2026-02-20T11:00:00 2026-02-20T10:00:00Z',
        'delivery_attempted 2026-02-15T11:00:00 2026-02-15T10:00:00Z',
      ],
    },
  ],
  // "delivered" of eCommerce Europe is a parcel shop; "Utrecht" alone names no country.
  'constructed_unified_ecommerce_europe_handed_to_shop.json': [
    {
      number: 'CG000000000DE',
      status: 'available_for_pickup',
      events: ['available_for_pickup 2026-02-14T15:12:00 -'],
    },
  ],
  // The zone is on each event, whatever the place.
  'constructed_ecommerce_americas_v4_package.json': [
    {
      number: '9300110912400000000000',
      status: 'delivered',
      events: [
        'delivered 2026-02-11T13:05:00 2026-02-11T18:05:00Z',
        'out_for_delivery 2026-02-11T08:29:00 2026-02-11T14:29:00Z',
        'at_facility 2026-02-09T21:40:00 2026-02-10T02:40:00Z',
      ],
    },
  ],
  // The famous trap: pre-transit by code, DELIVERED in words.
  'official_unified_example_pretransit.json': [
    {
      number: '7777777770',
      status: 'created',
      estimate: '2018-08-03 2018-08-03T00:00:00Z–2018-08-03T22:00:00Z',
      events: ['created 2018-03-02T07:53:47 2018-03-02T06:53:47Z'],
    },
  ],
  // The checkpoints of the shipment and of its only piece are the same ones. Australia has
  // several zones, New Zealand's main islands one.
  'official_mydhl_3.1.1_tracking_delivered.json': [
    {
      number: '1234567890',
      status: 'delivered',
      estimate: '2023-08-11',
      events: [
        'delivered 2023-08-10T11:59:23 2023-08-09T23:59:23Z',
        'out_for_delivery 2023-08-10T10:50:14 2023-08-09T22:50:14Z',
        'at_facility 2023-08-10T09:50:00 2023-08-09T21:50:00Z',
        'in_transit 2023-08-10T05:58:58 2023-08-09T17:58:58Z',
        'in_transit 2023-08-10T05:58:15 2023-08-09T17:58:15Z',
        'in_transit/customs_released 2023-08-10T04:18:00 2023-08-09T16:18:00Z',
        'at_facility 2023-08-10T04:09:01 2023-08-09T16:09:01Z',
        'none/customs_info 2023-08-09T22:35:34 2023-08-09T10:35:34Z',
        'none/customs_info 2023-08-09T21:49:12 2023-08-09T09:49:12Z',
        'in_transit 2023-08-09T21:28:58 -',
        'in_transit 2023-08-09T19:40:02 -',
        'at_facility 2023-08-09T18:47:01 -',
        'picked_up 2023-08-09T13:56:21 -',
      ],
    },
  ],
  'official_parcel_de_sandbox_piece_detail.xml': [
    {
      number: '00340434161094015902',
      status: 'delivered',
      events: [
        'delivered 2016-03-18T10:02 2016-03-18T09:02:00Z',
        'out_for_delivery 2016-03-18T09:02 2016-03-18T08:02:00Z',
        'at_facility 2016-03-18T03:32 2016-03-18T02:32:00Z',
        'in_transit 2016-03-17T15:51 2016-03-17T14:51:00Z',
        'picked_up 2016-03-17T13:55 2016-03-17T12:55:00Z',
        'in_transit 2016-03-17T13:54 2016-03-17T12:54:00Z',
        'picked_up 2016-03-17T11:44 2016-03-17T10:44:00Z',
      ],
    },
  ],
  'constructed_push_ready.json': 'not_found',
  'constructed_push_validate.json': 'not_found',
  'constructed_unified_401.json': 'auth_error',
  'constructed_unified_429.json': 'rate_limited',
  'official_unified_404.json': 'not_found',
  'official_mydhl_3.1.1_400.json': 'error',
  'official_mydhl_3.1.1_404.json': 'not_found',
  'official_mydhl_3.1.1_epod_404.json': 'not_found',
  'official_mydhl_3.1.1_multi_400.json': 'error',
  'official_mydhl_3.1.1_multi_404.json': 'not_found',
  'official_parcel_de_sandbox_signature.xml': 'unreadable',
  'official_push_subscription_create_account.json': 'unreadable',
  'official_push_subscription_create_shipment.json': 'unreadable',
};
