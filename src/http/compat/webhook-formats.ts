import type { Registry } from '../../adapters/index.ts';
import type { FormatWriters } from '../../reactions/merchant-webhooks/index.ts';
import type { TrackingDeps } from '../../tracking/ports/shipments.ts';
import { aftershipFormat } from './aftership/webhook.ts';
import { easypostFormat } from './easypost/event.ts';
import { trackerDeps } from './easypost/present.ts';

/** Writes merchants' webhooks as the services of the drop-in APIs do. */
export function createWebhookFormats(tracking: TrackingDeps, adapters: Registry): FormatWriters {
  return {
    easypost: easypostFormat(trackerDeps(tracking, adapters)),
    aftership: aftershipFormat({ tracking, adapters, polling: null }),
  };
}
