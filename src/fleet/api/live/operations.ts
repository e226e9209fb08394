import { operation } from '../../../http/kit/operation.ts';
import { liveBatch, liveQuery, liveTicket, newLiveTicket } from './schema.ts';

export const liveOperation = operation({
  id: 'streamCourierPositions',
  method: 'GET',
  path: '/live',
  tag: 'Couriers',
  summary: 'Stream courier positions',
  description:
    'Three ways to the same batches. As a WebSocket: send `{"subscribe":["courier:ID"]}`. With `Accept: text/event-stream` as server-sent events, one batch in each event `batch`. Otherwise one batch at once: poll every five seconds, with the `seq` of the last answer as `since`. docs/live.md describes messages and topics.',
  scope: 'couriers:read',
  query: liveQuery,
  answers: {
    200: {
      description: 'A batch; with `Accept: text/event-stream` one after the other.',
      schema: liveBatch,
      otherTypes: ['text/event-stream'],
    },
  },
});

export const liveTicketOperation = operation({
  id: 'createLiveTicket',
  method: 'POST',
  path: '/live/tickets',
  tag: 'Couriers',
  summary: "Create a ticket for a browser's live connection",
  description:
    'A ticket opens one WebSocket at `/live?ticket=…` without a key, within a minute, from pages of one origin.',
  scope: 'couriers:read',
  body: newLiveTicket,
  bodyOptional: true,
  answers: { 201: { description: 'The ticket.', schema: liveTicket } },
  example: {
    origin: 'https://shop.example',
    subscribe: ['courier:cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80'],
  },
});

export const liveOperations = [liveOperation, liveTicketOperation];
