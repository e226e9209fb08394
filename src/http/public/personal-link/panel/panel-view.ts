import type { PickupPoint } from '../../../../adapters/contract/extras.ts';
import { capitalized } from '../../../../kernel/capitalized.ts';
import { addressLine, isTownFirst } from '../../../../kernel/places/address-line.ts';
import { countryName } from '../../../../kernel/places/country-list.ts';
import { numberFormat } from '../../../../kernel/time/formatters.ts';
import type { OpeningLine } from '../../../../kernel/time/opening-hours.ts';
import type {
  DayWindow,
  ListedDeliveryRequest,
  SelfServiceOffers,
} from '../../../../reactions/exceptions/index.ts';
import type { PageTexts } from '../../tracking/pages/texts.ts';
import { hoursOf } from '../../tracking/pages/view/pickup-view.ts';
import type { WallClockFormats } from '../../tracking/pages/view/wall-clock.ts';

/** What the holder of a personal link sees and may do, from the use cases. */
export interface PanelInput {
  readonly token: string;
  /** Null: not available in time. */
  readonly offers: SelfServiceOffers | null;
  readonly orderIds: readonly string[];
  /** What was ordered; empty: unknown. */
  readonly items: readonly { readonly name: string; readonly quantity: number }[];
  readonly proofs: readonly ShownProof[];
  /** There is enough data for a proof document. */
  readonly hasProofDocument: boolean;
  /** The PIN to give at the door; null: none. */
  readonly pin: string | null;
  /** A rejected form, to show again with the submitted values. */
  readonly trouble: Trouble | null;
}

interface ShownProof {
  readonly id: string;
  /** The carrier's name for it: `signature`, `photo`, … */
  readonly kind: string;
  readonly mediaType: string;
}

export type PanelForm = 'reschedule' | 'redirect' | 'address' | 'photos' | 'proof';
export type TroubleWord = Exclude<keyof PageTexts['trouble'], 'title'> | 'consent_missing' | 'gone';

export interface Trouble {
  readonly form: PanelForm;
  readonly word: TroubleWord;
  /** By field name. */
  readonly fields: Readonly<Record<string, 'missing' | 'invalid' | 'too_long'>>;
  readonly values: Readonly<Record<string, string>>;
}

/** The panel as texts. */
export interface PanelView {
  readonly token: string;
  readonly orders: readonly string[];
  /** What was ordered, as `2 × Mug`. */
  readonly items: readonly string[];
  /** False: the offers are not available. */
  readonly isKnown: boolean;
  readonly deliveryRequests: readonly ShownDeliveryRequest[];
  readonly reschedule: {
    readonly days: readonly { readonly date: string; readonly label: string }[];
    readonly windows: readonly { readonly window: DayWindow; readonly label: string }[];
    /** Whether the time of day and a note may be given. */
    readonly withDetails: boolean;
    readonly by: string;
  } | null;
  readonly pickup: {
    /** Whether a place can be chosen; otherwise places are only shown, and `notPossibleText` says so. */
    readonly canChoose: boolean;
    readonly by: string | null;
    readonly notPossibleText: string | null;
    readonly canHold: boolean;
    readonly points: readonly ShownPoint[];
  } | null;
  readonly address: {
    readonly state: 'asked' | 'waiting_for_approval' | 'approved';
    readonly lines: readonly string[];
    readonly values: Readonly<Record<string, string>>;
    readonly stateText: string | null;
  } | null;
  /** Damage photos: how many there are, and the maximum. */
  readonly photos: (SelfServiceOffers['photos'] & {}) | null;
  readonly proofs: PanelInput['proofs'];
  readonly hasProofDocument: boolean;
  readonly pin: string | null;
  readonly trouble: ShownTrouble | null;
  /** Nothing can be changed. */
  readonly isEmpty: boolean;
}

interface ShownDeliveryRequest {
  /** Such as "Delivery on March 12". */
  readonly requestText: string;
  readonly stateText: string;
  readonly state: ListedDeliveryRequest['state'];
}

export interface ShownPoint {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  readonly distance: string | null;
  readonly note: string | null;
  readonly isOpen: boolean;
  readonly hours: readonly OpeningLine[];
  readonly submit: string;
}

interface ShownTrouble extends Trouble {
  readonly text: string;
}

interface PanelWords {
  readonly page: PageTexts;
  readonly formats: WallClockFormats;
  readonly carrierName: string;
  /** The shop's name for use within a sentence. */
  readonly shopName: string;
}

/** Further places are too far to be useful, and would make the page long. */
const POINTS_MAX = 6;

export function panelView(input: PanelInput, words: PanelWords): PanelView {
  const { offers } = input;
  const reschedule = offers === null ? null : rescheduleView(offers, words);
  const pickup = offers === null ? null : pickupView(offers, words);
  const address = offers === null ? null : addressView(offers, words);
  const deliveryRequests = newestOfEachKind(offers?.deliveryRequests ?? [])
    // The state of an address request is shown beside the address.
    .filter(({ kind }) => kind !== 'address' || address === null)
    .map((deliveryRequest) => shownDeliveryRequest(deliveryRequest, offers?.points ?? [], words));
  const proofs = offers?.proofAvailable === true ? input.proofs : [];
  const photos = offers?.photos ?? null;
  const { pin } = input;
  const parts = [reschedule, pickup, address, photos, pin];
  return {
    token: input.token,
    orders: input.orderIds,
    items: input.items.map(({ name, quantity }) => `${quantity} × ${name}`),
    isKnown: offers !== null,
    deliveryRequests,
    reschedule,
    pickup,
    address,
    photos,
    proofs,
    hasProofDocument: offers?.proofAvailable === true && input.hasProofDocument,
    pin,
    trouble: input.trouble && { ...input.trouble, text: troubleText(input.trouble.word, words) },
    isEmpty: parts.every((part) => part === null) && !deliveryRequests.some(isAgreed),
  };
}

/** Whether the request was accepted, or the carrier is being asked: its text says all there is. */
function isAgreed({ state }: ShownDeliveryRequest): boolean {
  return state === 'accepted' || state === 'asking';
}

/** Returns the newest request of each kind: the others were replaced by it. */
function newestOfEachKind(
  deliveryRequests: readonly ListedDeliveryRequest[],
): readonly ListedDeliveryRequest[] {
  const newestFirst = [...deliveryRequests].sort((a, b) => b.atMs - a.atMs);
  return newestFirst.filter(
    ({ kind }, index) => newestFirst.findIndex((each) => each.kind === kind) === index,
  );
}

function rescheduleView({ reschedule }: SelfServiceOffers, words: PanelWords) {
  if (reschedule === null || reschedule.dates.length === 0) return null;
  const { page, formats } = words;
  const texts = page.reschedule;
  return {
    days: reschedule.dates.flatMap((date) => {
      const label = formats.weekdayAndDate(date);
      return label === null ? [] : [{ date, label }];
    }),
    windows: (['morning', 'afternoon', 'evening'] as const).map((window) => ({
      window,
      label: texts[window],
    })),
    withDetails: reschedule.dayOnly !== true,
    by: sentence(reschedule.by === 'carrier' ? texts.by_carrier : texts.by_merchant, words),
  };
}

function pickupView(
  { redirect, points }: SelfServiceOffers,
  words: PanelWords,
): PanelView['pickup'] {
  const may = (kind: string) =>
    redirect.by !== 'nobody' &&
    redirect.options.some((each) => each.kind === kind && each.eligibility !== 'not_eligible');
  const canChoose = may('pickup_point');
  const canHold = may('hold_at_facility');
  if (!canChoose && !canHold && points.length === 0) return null;
  const { pickup, reschedule } = words.page;
  const by = redirect.by === 'carrier' ? reschedule.by_carrier : reschedule.by_merchant;
  return {
    canChoose,
    canHold,
    by: canChoose || canHold ? sentence(by, words) : null,
    notPossibleText:
      canChoose || canHold || points.length === 0 ? null : sentence(pickup.nobody, words),
    // Places this parcel cannot be sent to would contradict that it can be held elsewhere.
    points: (canHold && !canChoose ? [] : points)
      .slice(0, POINTS_MAX)
      .map((point) => shownPoint(point, words)),
  };
}

function shownPoint(point: PickupPoint, { page, formats }: PanelWords): ShownPoint {
  const { pickup } = page;
  const isFull = point.capacity === 'full';
  return {
    id: point.id,
    name: point.name,
    kind: pickup[point.kind],
    address: addressLine(point.address) ?? '',
    distance: point.distanceM === null ? null : distanceText(point.distanceM, page),
    note: point.temporarilyClosed ? pickup.closed : isFull ? pickup.full : null,
    isOpen: !point.temporarilyClosed && !isFull,
    hours: hoursOf(point.hours, page, formats),
    submit: pickup.submit_at({ name: point.name }),
  };
}

function distanceText(distanceM: number, { pickup, locale }: PageTexts): string {
  const number = (value: number, digits: number) =>
    numberFormat(locale, { maximumFractionDigits: digits }).format(value);
  return distanceM < 1_000
    ? pickup.metres({ n: number(Math.max(10, Math.round(distanceM / 10) * 10), 0) })
    : pickup.kilometres({ n: number(distanceM / 1_000, 1) });
}

/** API members of an address, in the order they are written. */
const ADDRESS_FIELDS = [
  'name',
  'company',
  'line1',
  'line2',
  'postal_code',
  'city',
  'region',
  'country',
] as const;

function addressView({ address }: SelfServiceOffers, words: PanelWords): PanelView['address'] {
  if (address === null) return null;
  const { state, current } = address;
  const values: Record<string, string> = {};
  for (const field of ADDRESS_FIELDS) {
    const value = current?.[field];
    if (typeof value === 'string' && value !== '') values[field] = value;
  }
  const { language } = words.page;
  const lines = [
    ...[values['name'], values['company'], values['line1'], values['line2']],
    ...townLines(values),
    values['country'] && countryName(values['country'], language),
  ].filter((line): line is string => line !== undefined && line !== '');
  const texts = words.page.address;
  const stateText = state === 'asked' ? null : sentence(texts[state], words);
  return { state, lines, values, stateText };
}

/** In the order of the country's envelopes. */
function townLines(values: Readonly<Record<string, string>>): readonly string[] {
  const { city, region, postal_code: code } = values;
  const line = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(' ');
  if (!isTownFirst(values['country'])) return [line(code, city), region ?? ''];
  return [line(region === undefined ? city : [city, region].filter(Boolean).join(', '), code)];
}

function shownDeliveryRequest(
  deliveryRequest: ListedDeliveryRequest,
  points: readonly PickupPoint[],
  words: PanelWords,
): ShownDeliveryRequest {
  const { state } = deliveryRequest;
  const stateText = sentence(words.page.delivery_request[state], words);
  return { requestText: requestText(deliveryRequest, points, words), stateText, state };
}

function requestText(
  { kind, date, window, pointId, pointName }: ListedDeliveryRequest,
  points: readonly PickupPoint[],
  { page, formats }: PanelWords,
): string {
  switch (kind) {
    case 'reschedule': {
      const day = date === null ? null : formats.weekdayAndDate(date);
      if (day === null) return page.reschedule.title;
      const whole = page.delivery_request.reschedule({ date: day });
      return window === null ? whole : `${whole}, ${page.reschedule[window].toLowerCase()}`;
    }
    case 'pickup_point': {
      const name = points.find(({ id }) => id === pointId)?.name ?? pointName ?? null;
      return name === null
        ? page.delivery_request.pickup_point_unnamed
        : page.delivery_request.pickup_point({ name });
    }
    default:
      return page.delivery_request[kind];
  }
}

function troubleText(word: TroubleWord, words: PanelWords): string {
  const { trouble, proof } = words.page;
  if (word === 'consent_missing' || word === 'gone') return proof[word];
  return sentence(trouble[word], words);
}

type Sentence = string | ((names: { readonly carrier: string; readonly shop: string }) => string);

/** Fills in names, and capitalizes the result: a name may begin it in place of "the shop". */
function sentence(text: Sentence, { carrierName, shopName }: PanelWords): string {
  const filled = typeof text === 'string' ? text : text({ carrier: carrierName, shop: shopName });
  return capitalized(filled);
}
