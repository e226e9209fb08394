const SHIPMENT = { id: 'The shipment.' };

/** Texts written by members: messages to recipients, and notes for colleagues. */
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
