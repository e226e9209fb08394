import { judgeAnswer, NO_ANSWER, type Verdict } from './judge-answer.ts';
import { watchRoute } from './live/watch-route.ts';
import { createOfferDesk, type OfferDesk, type TakeAnswer } from './offers/offer-desk.ts';
import type { DriverPorts, Lock } from './ports.ts';
import { createPhoneState, type PhoneLocation } from './positions/phone-state.ts';
import { createPositionReporter } from './positions/position-reporter.ts';
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

/** Everything an app shows of one courier, from this phone alone. */
export interface Snapshot {
  readonly enrolment: Enrolment;
  /** Null: never fetched. */
  readonly route: RouteView | null;
  readonly shift: Shift;
  /** Deliveries that the courier is asked to bring, the newest first; known while `follow` runs. */
  readonly offers: readonly Offer[];
  readonly waiting: readonly QueueItem[];
  readonly refused: readonly RefusedItem[];
  readonly sending: SendState;
}

/** One courier on this phone. */
export interface Session {
  /** Reads the phone's storage; asks nobody. */
  snapshot(): Promise<Snapshot>;
  /**
   * Keeps what the courier did, all of it or nothing, and has it sent. When it resolves, it survives
   * the end of the app. Rejects when the phone could not store it: then tell the courier.
   *
   * @returns the ids of the items.
   */
  record(entries: readonly NewEntry[]): Promise<readonly string[]>;
  /**
   * Tells where the phone is, while the courier is on shift. What the hub need not know (the phone
   * stands, or drives straight on) is forgotten at once; the rest is kept, sent together, and thinned
   * out when a day without network makes it too much. Never rejects.
   *
   * @param battery percent; null: not known
   */
  reportPosition(fix: PhoneFix, battery: number | null): Promise<void>;
  /**
   * Tells the dispatcher what keeps the phone from telling where it is: it finds no place (`off`), or may
   * not (`denied`); `on` when it can again. Sent once for each change, later if it must. Never rejects.
   */
  reportLocation(location: PhoneLocation): Promise<void>;
  /**
   * Asks the hub whether the recipient's PIN is right, while the courier is still at the door. One that
   * is wrong counts as an attempt. Without an answer in 8 s nobody knows: give it with the proof.
   * Never rejects.
   */
  tryPin(shipmentIds: readonly string[], pin: string): Promise<PinAnswer>;
  /**
   * Says yes to a delivery. The first courier who does has it; it is on the route then. Answers within
   * 8 s. Never queued: a yes that comes an hour late would be for a parcel that is long gone. Never rejects.
   */
  take(deliveryId: string): Promise<TakeAnswer>;
  /** Says no to a delivery, or gives it back before the pickup. False: there was no answer. */
  decline(deliveryId: string, reason?: string): Promise<boolean>;
  /** Deliveries near that the courier may take, asked or not; null: there was no answer. */
  deliveriesNear(): Promise<readonly Offer[] | null>;
  /** Whether the phone is told of offers while the app is closed. Never rejects. */
  readonly push: PushSwitch;
  /** Asks the hub for the route, and keeps it. False: there was no answer, the old one stands. */
  refreshRoute(): Promise<boolean>;
  /**
   * Keeps the route as the hub has it: hears of changes at once where the phone has a `stream`, else asks
   * once a minute. For while the app is in front; returns what ends it.
   */
  watch(): () => void;
  /** Sends what waits now, without waiting for the next try: when the network is back. */
  flush(): Promise<SendState>;
  /** Takes a refused item away for good, with its photo. */
  dismiss(itemId: string): Promise<void>;
  /** Sends a refused item once more, under a new id. */
  again(itemId: string, change?: (event: DriverEvent) => DriverEvent): Promise<void>;
  /** Calls back after every change; returns what ends that. */
  onChange(callback: () => void): () => void;
  /** No further tries; what is on its way comes to its end. */
  stop(): void;
}

/** Shown as done for so long after the hub accepted it: it takes its own time to say so itself. */
const MARKS_MS = 60_000;

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
      ({ payload }) => payload.kind === 'shift' && payload.shift === 'on',
    );
  const positions = createPositionReporter({
    ...ports,
    ...{ keys, lock, readEnrolment, isShiftAhead },
  });
  const phone = createPhoneState({ ...ports, readEnrolment });
  const desk = createOfferDesk({ ...ports, readEnrolment, language, changed });
  const sender = createSender({
    ...{ ...ports, queue, keys, lock, readEnrolment },
    onChange: changed,
    before: positions.flush,
  });
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
        ...ports,
        ...{ readEnrolment, revision, refresh: refreshRoute },
        offered: (offers) => desk.hear(offers),
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
    push: createPushSwitch({ ...ports, keys, readEnrolment }),
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
    shift: shiftOf(enrolment, stored, reported, waiting),
    offers: desk.now(),
    waiting,
    refused,
    sending: revoked === null ? sender.state() : { kind: 'revoked', refusal: revoked },
  };
}

/** What the courier did last, until the hub was asked after it had that. */
function shiftOf(
  { courier }: Enrolment,
  stored: StoredRoute | undefined,
  reported: ReportedShift | undefined,
  waiting: readonly QueueItem[],
): Shift {
  const last = waiting.findLast(({ payload }) => payload.kind === 'shift')?.payload;
  if (last?.kind === 'shift') return last.shift;
  const knownAtMs = stored?.requestedAtMs ?? stored?.fetchedAtMs ?? Number.NEGATIVE_INFINITY;
  if (reported !== undefined && reported.acceptedAtMs >= knownAtMs) return reported.shift;
  return (stored?.route.courier ?? courier).shift;
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
