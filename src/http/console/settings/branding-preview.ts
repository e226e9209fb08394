import type { Status } from '../../../kernel/status.ts';
import { localIn } from '../../../kernel/time/zoned-time.ts';
import { brandingFrom } from '../../../merchants/index.ts';
import { languageOf } from '../../../platform/messages/languages.ts';
import { sampleInput } from '../../../reactions/notifications/index.ts';
import type { PublicTrack } from '../../../tracking/ports/public-tracks.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { brandStyle } from '../../public/tracking/pages/brand-style.ts';
import { openTrackingPages } from '../../public/tracking/pages/tracking-pages.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';

const HOUR_MS = 3_600_000;
const SAMPLE_ZONE = 'Europe/Berlin';

/** The form's fields that choose what the preview shows. */
export const PREVIEW_FIELDS = ['shown', 'scheme', 'language'] as const;

/** Returns what makes the tracking page or an email with a branding, for an invented parcel. */
export function previewOf({ parts }: DeskDeps) {
  const { manifest } = parts.adapters.carriers()[0] ?? {};
  const face = { name: manifest?.displayName ?? 'Carrier', url: null };
  const pages = openTrackingPages({ carrier: () => face });
  return async (
    { visitor, tenant }: DeskCall,
    document: Readonly<Record<string, unknown>>,
    chosen = new URLSearchParams(),
  ) => {
    const branding = brandingFrom(document, visitor.merchant.name);
    const language = languageOf(chosen.get('language')) ?? branding.defaultLanguage;
    if (chosen.get('shown') === 'email') {
      const input = sampleInput({
        ...{ tenant, template: 'out_for_delivery', kind: 'email', locale: language },
        carrier: manifest?.name ?? 'carrier',
        publicUrl: parts.publicUrl(),
      });
      const mail = await parts.templating.templates.preview(input, null, branding);
      return { framedHtml: inScheme(mail.kind === 'email' ? mail.html : '', chosen) };
    }
    const style = brandStyle(branding, language);
    const request = { language, path: '/track', query: new URLSearchParams(), style };
    const page = pages.track(request, sampleTrack(parts.clock.nowMs()), 'preview').toString();
    // The page is shown in a frame that loads none of our files.
    const bare = page.replaceAll(/<script [^<>]*><\/script>|<link rel="icon"[^<>]*>/g, '');
    return { framedHtml: inScheme(bare, chosen) };
  };
}

/** A document in the chosen colour scheme, whatever that of the reader's device is. Pure. */
function inScheme(html: string, chosen: URLSearchParams): string {
  const isDark = chosen.get('scheme') === 'dark';
  return html
    .replaceAll(/\(prefers-color-scheme: ?dark\)/g, isDark ? 'all' : 'not all')
    .replaceAll(/color-scheme: ?light dark/g, `color-scheme:${isDark ? 'dark' : 'light'}`);
}

function sampleTrack(nowMs: number): PublicTrack {
  const event = (hoursAgo: number, status: Status, description: string, location: string) => {
    const atMs = nowMs - hoursAgo * HOUR_MS;
    return {
      occurred_at: iso(atMs),
      occurred_local: localIn(SAMPLE_ZONE, atMs),
      time_zone: SAMPLE_ZONE,
      sub_status: null,
      status,
      milestone: null,
      description,
      location,
    };
  };
  return {
    tracking_number: '1234567890',
    carrier: 'sample',
    status: 'out_for_delivery',
    sub_status: null,
    status_text: '',
    confirmed: true,
    estimated_delivery: null,
    events: [
      event(1, 'out_for_delivery', 'Out for delivery', 'Hamburg'),
      event(9, 'in_transit', 'On the way', 'Hannover'),
      event(30, 'in_transit', 'On the way', 'Frankfurt'),
    ],
  };
}
