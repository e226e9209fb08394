import type { Status } from '../../../kernel/status.ts';
import { brandingFrom } from '../../../merchants/index.ts';
import type { PublicTrack } from '../../../tracking/ports/public-tracks.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { brandStyle } from '../../public/tracking/pages/brand-style.ts';
import type { TrackingPages } from '../../public/tracking/pages/tracking-pages.tsx';

const HOUR_MS = 3_600_000;

/** A tracking page with a branding, for an invented parcel. Pure. */
export function previewPage(
  pages: TrackingPages,
  document: Readonly<Record<string, unknown>>,
  merchant: string,
  nowMs: number,
): string {
  const branding = brandingFrom(document, merchant);
  const language = branding.defaultLanguage;
  const page = pages.track(
    {
      language,
      path: '/track',
      query: new URLSearchParams(),
      style: brandStyle(branding, language),
    },
    sampleTrack(nowMs),
    'preview',
  );
  // The page is shown in a frame that loads none of our files.
  return page.toString().replaceAll(/<script [^<>]*><\/script>|<link rel="icon"[^<>]*>/g, '');
}

function sampleTrack(nowMs: number): PublicTrack {
  const event = (hoursAgo: number, status: Status, description: string, location: string) => {
    const at = iso(nowMs - hoursAgo * HOUR_MS);
    return {
      occurred_at: at,
      occurred_local: at?.slice(0, 19) ?? null,
      time_zone: 'UTC',
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
