import {
  type Driver,
  type Fetch,
  fetchTransport,
  openDriver,
  readEnrolmentLink,
  type Session,
  type Snapshot,
} from 'waybill/driver';
import { type Sqlite, sqliteStorage } from './sqlite-storage.ts';

/** What the phone has: React Native's own, or those of a package. */
export interface Phone {
  readonly db: Sqlite;
  readonly fetch: Fetch;
  readonly now: () => number;
  readonly newId: () => string;
  readonly random: () => number;
  readonly language: string;
}

export async function startDriver(phone: Phone): Promise<Driver> {
  const timer = {
    set: (work: () => void, ms: number) => setTimeout(work, ms),
    clear: (handle: unknown) => clearTimeout(handle as number),
  };
  return openDriver(
    {
      storage: await sqliteStorage(phone.db),
      transport: fetchTransport(phone.fetch, timer),
      now: phone.now,
      newId: phone.newId,
      random: phone.random,
      timer,
    },
    { language: () => phone.language },
  );
}

/** The courier scanned the QR code of the console. */
export async function enrolByLink(driver: Driver, link: string): Promise<Session> {
  const read = readEnrolmentLink(link);
  if (read === null) throw new Error('This is not the code of an enrolment.');
  const answer = await driver.enrol({ ...read, device: { name: 'Pixel 6a' } });
  if (answer.outcome === 'refused') throw new Error(answer.refusal.reason);
  if (answer.outcome !== 'enrolled') throw new Error('The hub did not answer; try again.');
  return driver.open(answer.courier.id);
}

/** In the van. It works without a network, like everything that `record` takes. */
export async function loadParcel(session: Session, trackingNumber: string): Promise<void> {
  const { route } = await session.snapshot();
  const parcel = route?.stops
    .flatMap(({ parcels }) => parcels)
    .find(({ tracking_number }) => tracking_number === trackingNumber);
  await session.record([
    {
      event: { type: 'scan', tracking_number: trackingNumber, code: 'LOAD' },
      label: trackingNumber,
      ...(parcel && { marks: { shipmentIds: [parcel.shipment_id], state: 'loaded' } }),
    },
  ]);
}

/** At the front door, with a photo that the camera has put into a file. */
export async function deliverWithPhoto(
  session: Session,
  shipmentIds: readonly string[],
  photo: { readonly uri: string; readonly name: string },
  receivedBy: string,
): Promise<void> {
  await session.record([
    // The proof first: the delivery is checked against the proofs that are there.
    {
      proof: {
        shipment_ids: shipmentIds,
        photos: [{ ...photo, type: 'image/jpeg' }],
        received_by: receivedBy,
      },
    },
    ...shipmentIds.map((id) => ({
      event: { type: 'status', shipment_id: id, status: 'delivered' } as const,
      marks: { shipmentIds: [id], state: 'delivered' } as const,
    })),
  ]);
}

/** One line for the top of every screen. */
export function statusLine({ waiting, refused, sending }: Snapshot): string {
  if (sending.kind === 'revoked') return `This phone is signed out: ${sending.refusal.reason}`;
  const parts = [
    waiting.length === 0 ? 'Everything is sent.' : `${waiting.length} waiting to be sent.`,
    ...(refused.length === 0 ? [] : [`${refused.length} refused: have a look.`]),
  ];
  return parts.join(' ');
}
