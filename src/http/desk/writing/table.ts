const SHIPMENT = { id: 'The shipment.' };

/** What people of a merchant write by hand: to recipients, and for each other. */
export const WRITING_DESK = {
  readDeskWriting: {
    method: 'GET',
    path: '/console/write',
    needs: 'shipments:change',
    summary: 'Form to write to the recipients of the chosen shipments',
  },
  writeFromDesk: {
    method: 'POST',
    path: '/console/write',
    needs: 'shipments:change',
    summary: 'Write to the recipients of the chosen shipments',
  },
  noteOnDeskShipment: {
    method: 'POST',
    path: '/console/shipments/:id/notes',
    needs: 'shipments:change',
    summary: 'Add a note to a shipment, for colleagues',
    params: SHIPMENT,
  },
} as const;
