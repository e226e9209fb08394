import type { NamedDeskRow } from '../../../http/console/kit/table.ts';

const DELIVERY = { id: 'The delivery.' };

/** The operations of the dispatcher's pages and forms at the desk. */
export const DISPATCH_DESK = {
  readDeskDispatch: {
    name: 'readDeskDispatch',
    method: 'GET',
    path: '/console/dispatch',
    needs: 'dispatch:see',
    summary: 'Deliveries by own couriers: what waits and who is under way, on a map and as a list',
  },
  watchDeskDispatch: {
    name: 'watchDeskDispatch',
    method: 'GET',
    path: '/console/dispatch/live',
    needs: 'dispatch:see',
    summary: 'That the board has changed, as server-sent events',
    mediaType: 'text/event-stream',
  },
  readDeskDelivery: {
    name: 'readDeskDelivery',
    method: 'GET',
    path: '/console/dispatch/:id',
    needs: 'dispatch:see',
    summary: 'One delivery: who was asked, why, and what happened',
    params: DELIVERY,
  },
  assignDeskDelivery: {
    name: 'assignDeskDelivery',
    method: 'POST',
    path: '/console/dispatch/:id/assign',
    needs: 'dispatch:decide',
    summary: 'Assign a delivery, give it to another courier, or have it offered anew',
    params: DELIVERY,
  },
  pauseDeskArea: {
    name: 'pauseDeskArea',
    method: 'POST',
    path: '/console/dispatch/pauses',
    needs: 'dispatch:decide',
    summary: 'Pause an area: nobody is asked for what is to be fetched there',
  },
  resumeDeskArea: {
    name: 'resumeDeskArea',
    method: 'POST',
    path: '/console/dispatch/pauses/:id/end',
    needs: 'dispatch:decide',
    summary: 'Resume a paused area',
    params: { id: 'The paused area.' },
  },
} as const satisfies Readonly<Record<string, NamedDeskRow>>;
