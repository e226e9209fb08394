import { judgeAnswer, NO_ANSWER, type Verdict } from './judge-answer.ts';
import { watchRoute } from './live/watch-route.ts';
import { createOfferDesk, type OfferDesk, type TakeAnswer } from './offers/offer-desk.ts';
import type { DriverPorts, Lock } from './ports.ts';
import {
  createPhoneState,
  createPositionReporter,
  type PhoneLocation,
} from './positions/position-reporter.ts';
import type { PhoneFix } from './positions/worth-sending.ts';
import { createPushSwitch, type PushSwitch } from './push/push-switch.ts';
import { type NewEntry, openQueue, type Queue } from './queue.ts';
import { type RouteView, viewRoute } from './route-view.ts';
import { createSender, type Sender, type SendState } from './sender.ts';
import type {
  Enrolment,
  Keys,
  QueueItem,
  RefusedItem,
  ReportedShift,
  StoredRoute,
} from './stored.ts';
import { type PinAnswer, tryPin } from './try-pin.ts';
import type { DriverEvent, Offer, Route, Shift } from './wire.ts';

/** Everything an app shows for one courier, read from this phone alone. */
export interface Snapshot {
  readonly enrolment: Enrolment;
  /** The route; null: never fetched. */
  readonly route: RouteView | null;
  readonly shift: Shift;
  /** Whether the courier takes no offers for now. */
  readonly isPaused: boolean;
  /** The courier's open offers, newest first; known while `watch` runs. */
  readonly offers: readonly Offer[];
  readonly waiting: readonly QueueItem[];
  readonly refused: readonly RefusedItem[];
  readonly sending: SendState;
}

/** The operations for one courier on this phone. */
export interface Session {
  /** Reads the phone's storage; sends no request. */
  snapshot(): Promise<Snapshot>;
  /**
   * Stores what the courier did, all of it or nothing, and starts sending it. When it resolves,
   * the data survives the end of the app. Rejects if the phone could not store it: then inform the
   * courier.
   *
   * @returns the ids of the items.
   */
  record(entries: readonly NewEntry[]): Promise<readonly string[]>;
  /**
   * Reports the phone's position while the courier is on shift. What the hub need not know (the
   * phone stands still, or drives straight on) is discarded; the rest is stored, sent in batches,
   * and thinned out when a day without network makes it too much. Never rejects.
   *
   * @param battery percent; null: unknown
   */
  reportPosition(fix: PhoneFix, battery: number | null): Promise<void>;
  /**
   * Reports what keeps the phone from locating itself: location is switched off (`off`) or not
   * permitted (`denied`); `on` when it works again. Sent once for each change, later if necessary.
   * Never rejects.
   */
  reportLocation(location: PhoneLocation): Promise<void>;
  /**
   * Checks the recipient's PIN with the hub while the courier is still with the recipient. A wrong
   * one counts as an attempt. Without an answer within 8 s the result is unknown: send the PIN
   * with the proof. Never rejects.
   */
  tryPin(shipmentIds: readonly string[], pin: string): Promise<PinAnswer>;
  /**
   * Accepts a delivery. The first courier who does gets it; it is on the route then. Answers
   * within 8 s. Never queued: an hour later the parcel would be long gone. Never rejects.
   */
  take(deliveryId: string): Promise<TakeAnswer>;
  /**
   * Declines a delivery, or gives it back before the pickup. Returns false if there was no answer.
   */
  decline(deliveryId: string, reason?: string): Promise<boolean>;
  /**
   * Fetches the deliveries nearby that the courier may accept, with or without an offer; null: no
   * answer.
   */
  deliveriesNear(): Promise<readonly Offer[] | null>;
  /** Whether the phone gets offers while the app is closed. Never rejects. */
  readonly push: PushSwitch;
  /**
   * Fetches the route from the hub and stores it. Returns false if there was no answer; the old
   * route then stays.
   */
  refreshRoute(): Promise<boolean>;
  /**
   * Updates the route whenever it changes on the hub: through `stream` if the phone has one,
   * otherwise by polling once a minute. For use while the app is in the foreground; returns a
   * function that stops it.
   */
  watch(): () => void;
  /** Sends the queue now, without waiting for the next retry. Call it when the network is back. */
  flush(): Promise<SendState>;
  /** Deletes a refused item for good, with its photo. */
  dismiss(itemId: string): Promise<void>;
  /** Sends a refused item again, under a new id. */
  again(itemId: string, change?: (event: DriverEvent) => DriverEvent): Promise<void>;
  /** Calls back after every change; returns a function that unsubscribes. */
  onChange(callback: () => void): () => void;
  /** Stops retries; requests in progress finish. */
  stop(): void;
}

/**
 * How long an action stays shown after the hub accepted it: the hub's route takes a while to
 * include it.
 */
const MARKS_MS = 60_000;

/** Opens the session of a courier who is enrolled on this phone. */
export function openSession(
  ports: DriverPorts,
  keys: Keys,
  lock: Lock,
  language: () => string,
): Session {
  const queue = openQueue(ports, keys, lock);
  const callbacks = new Set<() => void>();
  const changed = () => {
    for (const callback of callbacks) callback();
  };
  const readEnrolment = async (): Promise<Enrolment> => {
    const found = await ports.storage.get(keys.enrolment);
    if (found === undefined) throw new Error('This courier is not enrolled on this phone.');
    return found as Enrolment;
  };
  const isShiftAhead = async () =>
    (await queue.waiting()).some(
      ({ payload }) =>
        payload.kind === 'shift' && payload.shift === 'on' && payload.paused === undefined,
    );
  const shared = { ...ports, keys, lock, readEnrolment };
  const positions = createPositionReporter({ ...shared, isShiftAhead });
  const phone = createPhoneState(shared);
  const desk = createOfferDesk({ ...shared, language, changed });
  const sender = createSender({ ...shared, queue, onChange: changed, before: positions.flush });
  const refreshRoute = async (): Promise<boolean> => {
    const enrolment = await readEnrolment();
    if (enrolment.revoked !== null) return false;
    const requestedAtMs = ports.now();
    const verdict = await askRoute(ports, enrolment, language());
    if (verdict.kind === 'revoked') await sender.revoke(enrolment, verdict.refusal);
    if (verdict.kind !== 'done' || !isRoute(verdict.body)) return false;
    const stored: StoredRoute = { route: verdict.body, fetchedAtMs: ports.now(), requestedAtMs };
    await ports.storage.write([[keys.route, stored]]);
    await queue.forgetMarks(requestedAtMs - MARKS_MS);
    changed();
    return true;
  };
  const revision = async () => {
    const stored = (await ports.storage.get(keys.route)) as StoredRoute | undefined;
    return stored?.route.revision ?? null;
  };
  return {
    refreshRoute,
    watch: () =>
      watchRoute({
        ...shared,
        revision,
        refresh: refreshRoute,
        offered: (offers) => desk.receive(offers),
        askOffers: () => desk.refresh(),
        revoke: (enrolment, refusal) => sender.revoke(enrolment, refusal),
      }),
    snapshot: () => takeSnapshot(ports, keys, { queue, sender, desk }),
    async take(deliveryId) {
      const answer = await desk.take(deliveryId);
      if (answer.outcome === 'taken') await refreshRoute();
      return answer;
    },
    decline: (deliveryId, reason) => desk.decline(deliveryId, reason),
    deliveriesNear: () => desk.near(),
    push: createPushSwitch(shared),
    flush: sender.flush,
    tryPin: async (shipmentIds, pin) => tryPin(ports, await readEnrolment(), shipmentIds, pin),
    reportPosition: positions.report,
    reportLocation: phone.report,
    stop() {
      phone.stop();
      positions.stop();
      sender.stop();
    },
    async record(entries) {
      const ids = await queue.append(entries);
      changed();
      sender.wake();
      return ids;
    },
    async dismiss(itemId) {
      await queue.dismiss(itemId);
      changed();
    },
    async again(itemId, change) {
      await queue.again(itemId, change);
      changed();
      sender.wake();
    },
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
}

async function takeSnapshot(
  { storage }: DriverPorts,
  keys: Keys,
  {
    queue,
    sender,
    desk,
  }: { readonly queue: Queue; readonly sender: Sender; readonly desk: OfferDesk },
): Promise<Snapshot> {
  const [enrolment, stored, reported, marks, waiting, refused] = await Promise.all([
    storage.get(keys.enrolment) as Promise<Enrolment>,
    storage.get(keys.route) as Promise<StoredRoute | undefined>,
    storage.get(keys.shift) as Promise<ReportedShift | undefined>,
    queue.marks(),
    queue.waiting(),
    queue.refused(),
  ]);
  const { revoked } = enrolment;
  return {
    enrolment,
    route: stored === undefined ? null : viewRoute(stored, marks, waiting),
    ...shiftOf(enrolment, stored, reported, waiting),
    offers: desk.now(),
    waiting,
    refused,
    sending: revoked === null ? sender.state() : { kind: 'revoked', refusal: revoked },
  };
}

/**
 * The courier's shift and pause as shown: the last change on this phone counts until a route was
 * requested after the hub had it.
 */
function shiftOf(
  { courier }: Enrolment,
  stored: StoredRoute | undefined,
  reported: ReportedShift | undefined,
  waiting: readonly QueueItem[],
): Pick<Snapshot, 'shift' | 'isPaused'> {
  const last = waiting.findLast(({ payload }) => payload.kind === 'shift')?.payload;
  const knownAtMs = stored?.requestedAtMs ?? stored?.fetchedAtMs ?? Number.NEGATIVE_INFINITY;
  const isNewer = reported !== undefined && reported.acceptedAtMs >= knownAtMs;
  const known = isNewer ? reported : (stored?.route.courier ?? courier);
  const { shift, paused = false } = last?.kind === 'shift' ? last : known;
  return { shift, isPaused: shift === 'on' && paused };
}

async function askRoute(
  { transport }: DriverPorts,
  { hub, deviceKey }: Enrolment,
  language: string,
): Promise<Verdict> {
  const headers = {
    authorization: `Bearer ${deviceKey}`,
    accept: 'application/json',
    'accept-language': language,
  };
  const url = `${hub}/v1/driver/route`;
  const answer = await transport({ method: 'GET', url, headers }).catch(() => null);
  return answer === null ? NO_ANSWER : judgeAnswer(answer);
}

function isRoute(body: unknown): body is Route {
  const { stops, courier } = body as Partial<Route>;
  return Array.isArray(stops) && typeof courier === 'object';
}
