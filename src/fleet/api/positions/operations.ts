import { SENT_AT_HEADER } from '../../../http/api/scans/schema.ts';
import { operation } from '../../../http/kit/operation.ts';
import { POSITIONS_MAX } from '../../positions/index.ts';
import { courierPosition, courierPositionBatch, positionBatch, positionResults } from './schema.ts';

const COMMON = {
  method: 'POST',
  tag: 'Couriers',
  hot: true,
  repeatable: true,
  headers: {
    [SENT_AT_HEADER]:
      "The device's own time at sending, ISO 8601 with an offset. If its clock is wrong, the times of the positions are corrected by as much.",
  },
  answers: { 202: { description: 'A result for each position.', schema: positionResults } },
} as const;

const RULES =
  'Oldest first. Accepted positions are in memory when the answer leaves, and in the trail within a second. Positions of couriers who are off shift are refused and stored nowhere; so are times more than 60 s ahead. 422 means that all were refused.';

const EXAMPLE = {
  ts: '2026-03-10T11:59:50Z',
  lat: 53.5511,
  lng: 9.9937,
  accuracy_m: 8,
  speed_kmh: 24,
  heading: 270,
  battery: 81,
};

export const sendPositionsOperation = operation({
  ...COMMON,
  id: 'sendPositions',
  path: '/positions',
  summary: `Send up to ${POSITIONS_MAX} positions of several couriers`,
  description: RULES,
  scope: 'positions:write',
  body: courierPositionBatch,
  example: [{ courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80', ...EXAMPLE }],
});

export const sendCourierPositionsOperation = operation({
  ...COMMON,
  id: 'sendCourierPositions',
  path: '/couriers/:id/positions',
  summary: `Send up to ${POSITIONS_MAX} positions of one courier`,
  description: RULES,
  scope: 'positions:write',
  params: { id: 'The courier.' },
  body: positionBatch,
  errors: ['not_found'],
  example: [EXAMPLE],
});

export const sendDriverPositionsOperation = operation({
  ...COMMON,
  id: 'sendDriverPositions',
  path: '/driver/positions',
  tag: "Drivers' app",
  summary: `Send up to ${POSITIONS_MAX} positions of this courier`,
  description: RULES,
  device: true,
  body: positionBatch,
  example: [EXAMPLE],
});

export const getCourierPositionOperation = operation({
  id: 'getCourierPosition',
  method: 'GET',
  path: '/couriers/:id/position',
  tag: 'Couriers',
  summary: "Get a courier's position",
  description:
    'The newest position that can be believed. 404 if there is none: the courier is off shift, or nothing has come yet.',
  scope: 'couriers:read',
  params: { id: 'The courier.' },
  answers: { 200: { description: 'The place.', schema: courierPosition } },
  errors: ['not_found'],
});

/** In the order the docs list them. */
export const positionOperations = [
  sendPositionsOperation,
  sendCourierPositionsOperation,
  getCourierPositionOperation,
];
