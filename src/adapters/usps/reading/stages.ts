/** Words of a parcel on its way, or met by nobody, and the codes that stand beside them in answers of USPS. */
export const STAGES: readonly (readonly [words: readonly string[], codes: string])[] = [
  [['Shipping Label Created', 'Pre-Shipment', 'Pre-Shipment Info Sent to USPS'], 'MA GX 89'],
  [
    [
      'Picked Up by Shipping Partner',
      'Arrived Shipping Partner Facility',
      'Departed Shipping Partner Facility',
    ],
    '80 81 82 83',
  ],
  [
    [
      'Acceptance',
      'Accepted at USPS Facility',
      'Accepted at USPS Regional Facility',
      'Accepted at USPS Origin Facility',
      'Accepted at USPS Regional Origin Facility',
      'Picked up by Request',
      'USPS in possession of item',
      'USPS picked up item',
    ],
    '03 OA UA PA 43 TM',
  ],
  [
    [
      'Arrived at Post Office',
      'Arrived at USPS Facility',
      'Arrived at USPS Regional Facility',
      'Arrived at USPS Regional Origin Facility',
      'Arrived at USPS Regional Destination Facility',
      'Arrived at USPS Origin Facility',
      'Arrived at USPS Destination Facility',
      'Arrived at Hub',
      'Sorting Complete',
    ],
    '07 10 19 41 A1 AD PC',
  ],
  [
    [
      'Departed Post Office',
      'Departed USPS Facility',
      'Departed USPS Regional Facility',
      'Departed USPS Regional Origin Facility',
      'Departed USPS Regional Destination Facility',
      'In Transit to Next Facility',
    ],
    'SF EF T1 NT TL 18 06 17 42 MR',
  ],
  [['Out for Delivery'], 'OF 59 DG DX'],
  [
    ['Notice Left', 'Delivery Attempted - No Access to Delivery Location'],
    '02 30 51 52 53 54 55 56 57 CA CM H0 NH',
  ],
];
