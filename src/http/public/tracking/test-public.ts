import { destinationsOf, recipientsView } from '../../../fleet/api/locations/recipients-view.ts';
import { arrivalWindowOf } from '../../../fleet/deliveries/index.ts';
import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type Brandings, createBrandings } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { openListener } from '../../../platform/database/listen.ts';
import { createKeyring } from '../../../platform/sealing/sealing.ts';
import { type LinkClaim, signLink } from '../../../platform/sealing/signed-links.ts';
import { type ManualTimers, manualTimers } from '../../../platform/work/test-timers.ts';
import { selfServiceSubject } from '../../../reactions/notifications/index.ts';
import type { ParcelOrder } from '../../../shops/index.ts';
import {
  commandShipment,
  deleteShipment,
  findShipment,
  NO_PERSONAL,
  registerShipment,
} from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { type TestSelfService, testSelfService } from '../personal-link/test-self-service.ts';
import { openPublicFace, type PublicFace, type PublicFaceOptions } from './public-face.ts';
import type { EnteredCode, SubscribeRequest } from './subscribe.ts';

/** The real hub with its public pages and the carriers of this installation, whatever they are. */
export interface TestPublic {
  readonly hub: TestHub;
  readonly face: PublicFace;
  readonly timers: ManualTimers;
  /** Names of two carriers. */
  readonly carriers: readonly [string, string];
  /** Calls without credentials. */
  readonly call: Caller;
  /** Use cases behind personal links, controlled by a test. */
  readonly service: TestSelfService;
  readonly brandings: Brandings;
  /** Orders of shops, by the number of their parcel. */
  readonly orders: Map<string, ParcelOrder>;
  /** Subscriptions submitted with the page's form. */
  readonly subscriptions: SubscribeRequest[];
  /** Submitted codes; `123456` is right, `999999` is one too many. */
  readonly codes: EnteredCode[];
  /** A personal link's token for that parcel, as sent to its recipient. */
  token(shipmentId: string, changes?: Partial<LinkClaim>, sentTo?: string): string;
  /** Registers a parcel for a merchant; resolves to handles that change it. */
  track(parcel: TrackedParcel): Promise<Registered>;
  close(): Promise<void>;
}

export interface TrackedParcel {
  readonly number: string;
  readonly carrier?: string;
  readonly merchant?: string;
  readonly order?: string;
  readonly postalCode?: string;
}

/** The recipient of every parcel here. */
export const TEST_READER = 'reader@example.com';

export interface Registered {
  readonly id: string;
  readonly tenant: Tenant;
  /** Moves the parcel on, one minute later. */
  move(status: Status, subStatus?: string): Promise<void>;
  /** Its merchant deletes it. */
  remove(): Promise<void>;
}

export async function openTestPublic(
  options: Partial<Pick<PublicFaceOptions, 'rate' | 'start' | 'map' | 'offersOf'>> & {
    readonly hotInFront?: boolean;
    /** Other public routes, such as the driver app. */
    readonly besides?: () => readonly Route[];
    /** The hub listens to the database's notifications. */
    readonly listens?: boolean;
  } = {},
): Promise<TestPublic> {
  const opened: {
    face?: PublicFace;
    brandings?: Brandings;
    closeListener?: () => Promise<void>;
  } = {};
  const timers = manualTimers();
  const keyring = createKeyring([new Uint8Array(32).fill(7)], systemRandom);
  const service = testSelfService();
  const orders = new Map<string, ParcelOrder>();
  const { subscriptions, codes, ...forms } = recordForms();
  const hub = await createTestHub({
    keyring,
    ...(options.hotInFront === undefined ? {} : { hotInFront: options.hotInFront }),
    ...(options.listens === undefined ? {} : { listens: options.listens }),
    ...(options.map === undefined ? {} : { map: options.map }),
    notFoundPage: async (...call) => opened.face?.notFoundPage(...call),
    publicRoutes({ db, adapters, tracking, proofs, log, publicUrl, couriers }) {
      const listener = openListener({ url: db.pipeline.options.connectionString ?? '' });
      const { sealer, clock } = tracking;
      opened.brandings = createBrandings({ db, clock });
      opened.face = openPublicFace({
        brandings: opened.brandings,
        brandOf: async (_tenant, { trackingNumber }) => orders.get(trackingNumber)?.brand ?? {},
        personal: {
          ...{ keyring, tracking, proofs, service, wait: async () => {} },
          async orderOf(tenant, id) {
            const shipment = await findShipment(tracking, tenant, id);
            return orders.get(shipment?.trackingNumber ?? '') ?? null;
          },
        },
        ...forms,
        db,
        adapters,
        sealer,
        clock,
        log,
        listener,
        timers,
        publicUrl,
        rate: options.rate ?? null,
        ...(options.offersOf === undefined ? {} : { offersOf: options.offersOf }),
        ...(couriers === undefined
          ? {}
          : {
              locations: recipientsView({
                ...couriers,
                timers,
                windowOf: (shipmentId) => arrivalWindowOf({ db, clock }, shipmentId),
                destinationOf: destinationsOf({ db, keyring }),
              }),
            }),
        ...(options.map === undefined ? {} : { map: options.map }),
        ...(options.start === undefined ? {} : { start: options.start }),
      });
      opened.closeListener = () => listener.close();
      return [...opened.face.routes, ...(options.besides?.() ?? [])];
    },
  });
  const { face, brandings } = opened;
  const [first, second] = hub.adapters.carriers().map(({ manifest }) => manifest.name);
  if (!face || !brandings || first === undefined || second === undefined) {
    throw new Error('two carriers are needed');
  }
  return {
    hub,
    face,
    timers,
    service,
    brandings,
    orders,
    subscriptions,
    codes,
    token(shipmentId, changes = {}, sentTo = TEST_READER) {
      const expiresAtS = hub.clock.nowMs() / 1_000 + 3_600;
      return signLink(keyring, {
        purpose: 'self_service',
        expiresAtS,
        subject: selfServiceSubject(keyring, shipmentId, sentTo),
        ...changes,
      });
    },
    carriers: [first, second],
    call: callerOf(hub, null),
    track: (parcel) => track(hub, { carrier: first, ...parcel }),
    async close() {
      await face.close();
      await opened.closeListener?.();
      await hub.close();
    },
  };
}

async function track(
  hub: TestHub,
  { number, carrier, merchant, order, postalCode }: TrackedParcel & { readonly carrier: string },
): Promise<Registered> {
  const { tenant } = await hub.newKey(merchant === undefined ? {} : { merchant });
  const destination = postalCode === undefined ? null : { postal_code: postalCode };
  const { shipment } = await registerShipment(hub.tracking, tenant, {
    carrier,
    trackingNumber: number,
    orderIds: order === undefined ? [] : [order],
    personal: { ...NO_PERSONAL, recipient: { email: TEST_READER }, destination },
  });
  return {
    id: shipment.id,
    tenant,
    async move(status, subStatus) {
      hub.clock.advance(60_000);
      const terms = { occurredAtMs: null, note: null, apiKeyId: null };
      const command = { status, subStatus: subStatus ?? null, ...terms };
      const outcome = await commandShipment(hub.tracking, tenant, shipment.id, command);
      if (outcome.kind !== 'done') throw new Error(`${status}: ${outcome.kind}`);
    },
    async remove() {
      await deleteShipment(hub.tracking, tenant, shipment.id);
    },
  };
}

/** Records form submissions; see `TestPublic.codes` for the answer to a code. */
function recordForms() {
  const subscriptions: SubscribeRequest[] = [];
  const codes: EnteredCode[] = [];
  const subscribe: PublicFaceOptions['subscribe'] = async (request) => {
    subscriptions.push(request);
    const isByCode = request.channel === 'sms';
    return isByCode ? { outcome: 'code', ticket: 'ticket-1' } : { outcome: 'asked' };
  };
  const enterCode: PublicFaceOptions['enterCode'] = async (entered) => {
    codes.push(entered);
    if (entered.code === '999999') return { outcome: 'too_many', retryAfterS: 17 };
    return { outcome: entered.code === '123456' ? 'done' : 'wrong' };
  };
  return { subscriptions, codes, subscribe, enterCode };
}
