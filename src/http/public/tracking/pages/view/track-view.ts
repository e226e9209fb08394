import { capitalized } from '../../../../../kernel/capitalized.ts';
import { isTerminal } from '../../../../../kernel/status.ts';
import { describe, ownText } from '../../../../../normalization/index.ts';
import type { PlaceOfPickup } from '../../../../../reactions/exceptions/index.ts';
import type { PublicEvent, PublicTrack } from '../../../../../tracking/ports/public-tracks.ts';
import type { Language, PageTexts } from '../texts.ts';
import { type Arrival, arrivalOf, type Due } from './arrival.ts';
import { type Day, daysOf } from './history.ts';
import { type PickupView, pickupView } from './pickup-view.ts';
import { type GlyphName, glyphOf, type Step, stepsOf, type Tone, toneOf } from './progress.ts';
import { type Update, updatesAhead } from './updates.ts';
import type { WallClockFormats } from './wall-clock.ts';

/** A carrier as shown to people. */
export interface CarrierFace {
  readonly name: string;
  /** The carrier's page for this parcel. */
  readonly url: string | null;
  /** The merchant’s own couriers. */
  readonly isOwn?: boolean;
  /** Returns the name of a bridge; absent: its id is shown. */
  readonly bridgeName?: (bridge: string) => string;
}

/** Everything the tracking page shows, as texts; only markup is left to add. */
export interface TrackView {
  readonly number: string;
  /** A test parcel: the page says so, and links to no carrier, which would not know it. */
  readonly isTest: boolean;
  readonly carrier: CarrierFace;
  readonly tone: Tone;
  readonly glyph: GlyphName;
  readonly headline: string;
  /** The reason in one sentence; null when the status says it all. */
  readonly reason: string | null;
  readonly lead: string;
  readonly confirmed: boolean;
  readonly arrival: Arrival | null;
  readonly pickup: PickupView | null;
  /** What the reader can do about it, in a sentence; null: nothing. */
  readonly advice: string | null;
  /** A holder of the personal link may find something to change. */
  readonly mayChange: boolean;
  readonly steps: readonly Step[];
  readonly days: readonly Day[];
  /** True while more events may come; a delivery that is only reported may still be retracted. */
  readonly open: boolean;
  /** Updates that can still occur. */
  readonly updates: readonly Update[];
  /** For screen readers, when the page is updated in place. */
  readonly announcement: string;
}

/** Facts that are not part of the public answer. */
interface ViewOptions {
  readonly due: Due;
  readonly isTest: boolean;
  /** The pickup point, for the recipient's own page; undefined: the public page. */
  readonly pickup?: PlaceOfPickup | null | undefined;
}

export function trackView(
  track: PublicTrack,
  carrier: CarrierFace,
  language: Language,
  formats: WallClockFormats,
  { due, isTest, pickup }: ViewOptions,
): TrackView {
  const { page } = language;
  const isUnknown = track.status === 'created' && track.sub_status === 'not_found';
  const headline = isUnknown ? page.unknown.headline : page.headlines[track.status];
  return {
    number: track.tracking_number,
    isTest,
    carrier: isTest ? { ...carrier, url: null } : carrier,
    tone: toneOf(track.status),
    glyph: glyphOf(track.status),
    headline,
    reason: reasonOf(track, language),
    lead: isUnknown ? page.unknown.lead : page.leads[track.status],
    confirmed: track.confirmed,
    arrival: arrivalOf(track, carrier.name, language, formats, due),
    pickup: pickupView(track, pickup, { page, formats, carrierName: carrier.name }),
    advice: adviceOf(track, page),
    mayChange: track.status === 'delivery_attempted' || track.status === 'exception',
    steps: stepsOf(track),
    days: daysOf(
      track.events,
      (event) => ({
        description: describeEvent(event, language),
        via: viaOf(event, carrier, page),
      }),
      page,
      formats,
    ),
    open: !isTerminal(track.status) || !track.confirmed,
    updates: updatesAhead(track.status),
    announcement: announcementOf(track, headline, page),
  };
}

/** Events are stored in English; other languages get the text of the event's status and reason. */
function describeEvent(event: PublicEvent, { page, status: texts }: Language): string {
  if (page.language === 'en') return event.description;
  const { status, sub_status: reason, milestone } = event;
  return describe(texts, { status, reason, milestone });
}

function viaOf({ via }: PublicEvent, { bridgeName }: CarrierFace, { history }: PageTexts) {
  return via === undefined ? null : history.via({ name: bridgeName?.(via) ?? via });
}

/** Only the reason, where it has a text: the headline states the status already. */
function reasonOf({ status, sub_status }: PublicTrack, { status: texts }: Language): string | null {
  if (sub_status === null) return null;
  const whole = ownText(texts.reasonsByStatus[status], sub_status);
  if (whole !== null) return whole;
  const reason = ownText(texts.reasons, sub_status);
  return reason === null ? null : capitalized(reason);
}

/** Advice for the reason is more useful than advice for the status. */
function adviceOf({ status, sub_status }: PublicTrack, { help }: PageTexts): string | null {
  return ownText(help.reasons, sub_status) ?? ownText(help.statuses, status);
}

function announcementOf(track: PublicTrack, headline: string, page: PageTexts): string {
  const announcement = page.live.updated({ headline });
  return track.confirmed ? announcement : `${announcement}. ${page.unconfirmed.title}`;
}
