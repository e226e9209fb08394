/** `waybill/driver`: the queue and client of the driver's app, for browsers and React Native. */
export {
  type Driver,
  type DriverOptions,
  type EnrolAnswer,
  type EnrolRequest,
  openDriver,
} from './driver.ts';
export {
  type AddressFault,
  type Fetch,
  fetchTransport,
  readEnrolmentLink,
  readHubAddress,
} from './fetch-transport.ts';
export { type IndexedDbFactory, indexedDbStorage, NewerStorageError } from './indexed-db.ts';
export { fetchStream, type StreamFetch } from './live/watch-route.ts';
export type { TakeAnswer } from './offers/offer-desk.ts';
export type {
  Change,
  DriverPorts,
  DriverStorage,
  FormPart,
  Lock,
  StreamRequest,
  StreamTransport,
  Timer,
  Transport,
  TransportAnswer,
  TransportRequest,
} from './ports.ts';
export type { PhoneLocation } from './positions/position-reporter.ts';
export { isWorthSending, type PhoneFix } from './positions/worth-sending.ts';
export type { PushState, PushSwitch, PushTarget } from './push/push-switch.ts';
export type { NewEntry } from './queue.ts';
export type { ParcelView, RouteView, StopView } from './route-view.ts';
export type { SendState } from './sender.ts';
export type { Session, Snapshot } from './session.ts';
export {
  type Enrolment,
  memoryStorage,
  type ParcelState,
  type QueueItem,
  type RefusedItem,
} from './stored.ts';
export type { PinAnswer } from './try-pin.ts';
export type {
  Courier,
  DriverEvent,
  DriverFile,
  Offer,
  Place,
  Proof,
  ProofKind,
  Refusal,
  Route,
  RouteNotice,
  RouteParcel,
  RouteStop,
  Shift,
  Signature,
} from './wire.ts';
