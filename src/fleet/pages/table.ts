import { type DeskRow, form, page } from '../../http/console/kit/desk-row.ts';
import type { NamedDeskRow } from '../../http/console/kit/table.ts';

const AT = '/console/deliveries';
const DELIVERY = { id: 'The delivery.' };
const COURIER = { id: 'The courier.' };
const STREAM = { mediaType: 'text/event-stream' };

const see = (path: string, summary: string, more: Partial<DeskRow> = {}) =>
  page(AT + path, 'dispatch:see', summary, more);
const act = (path: string, summary: string, params: DeskRow['params'] = {}) =>
  form(AT + path, 'dispatch:decide', summary, { params, isOfId: true });

const ROWS = {
  readDeskDispatch: see(
    '',
    'Deliveries by own couriers: what waits and who is under way, on a map and as a list',
  ),
  watchDeskDispatch: see('/live', 'That the board has changed, as server-sent events', STREAM),
  readDeskDelivery: see('/:id', 'One delivery: who was asked, why, and what happened', {
    params: DELIVERY,
  }),
  assignDeskDelivery: act(
    '/:id/assign',
    'Assign a delivery, give it to another courier, or have it offered anew',
    DELIVERY,
  ),
  readAssigning: page(
    `${AT}/assign`,
    'dispatch:decide',
    'Form to assign the chosen parcels to a courier',
  ),
  assignChosenParcels: form(
    `${AT}/assign`,
    'dispatch:decide',
    'Assign the chosen parcels to a courier',
  ),
  pauseDeskArea: form(
    `${AT}/pauses`,
    'dispatch:decide',
    'Pause an area: nobody is asked for what is to be fetched there',
  ),
  resumeDeskArea: act('/pauses/:id/end', 'Resume a paused area', { id: 'The paused area.' }),
  readCouriers: see('/couriers', 'Couriers, with their shifts and phones'),
  readNewCourier: page(`${AT}/couriers/new`, 'dispatch:decide', 'A form to add a courier'),
  addCourier: form(`${AT}/couriers/new`, 'dispatch:decide', 'Add a courier'),
  readCourier: see('/couriers/:id', 'One courier, with route and phones', { params: COURIER }),
  showEnrolmentOfCourier: act(
    '/couriers/:id/enrolment',
    'Show a QR code to enrol a phone with',
    COURIER,
  ),
  readEnrolmentOfCourier: page(
    `${AT}/couriers/:id/enrolment`,
    'dispatch:decide',
    'A QR code to enrol a phone with, until a phone has enrolled',
    { params: COURIER },
  ),
  readCourierToEdit: page(
    `${AT}/couriers/:id/edit`,
    'dispatch:decide',
    'A form to change a courier',
    { params: COURIER },
  ),
  editCourier: act('/couriers/:id/edit', 'Change a courier', COURIER),
  removeCourier: act('/couriers/:id/remove', 'Remove a courier', COURIER),
  changeShiftOfCourier: act('/couriers/:id/shift', 'Start, pause or end a shift', COURIER),
  planShiftOfCourier: act('/shifts', 'Plan shifts of a courier'),
  cancelShiftOfCourier: act('/couriers/:id/shifts/cancel', 'Cancel a planned shift', COURIER),
  reorderRouteOfCourier: act('/couriers/:id/route', 'Change the order of stops', COURIER),
  readShifts: see('/shifts', 'Planned shifts of all couriers in a week'),
  revokePhoneOfCourier: act('/couriers/:id/revoke', 'Revoke a phone', COURIER),
  handOverFromCourier: act('/couriers/:id/handover', 'Give the parcels to a colleague', COURIER),
  handInFromCourier: act('/couriers/:id/handin', 'Take the parcels in at a building', COURIER),
  readLiveMap: see('/map', 'Live map of the couriers who are on shift'),
  watchLiveMap: see(
    '/map/live',
    'Couriers of the live map as they move, as server-sent events',
    STREAM,
  ),
} satisfies Readonly<Record<string, DeskRow>>;

/** The operations of the console's pages and forms about deliveries and couriers. */
export const DELIVERIES_DESK = Object.fromEntries(
  Object.entries(ROWS).map(([name, row]) => [name, { name, ...row }]),
) as Readonly<Record<keyof typeof ROWS, NamedDeskRow>>;
