import { EVENT_TYPES } from '../../../events/event-types.ts';
import { Problem } from '../../../kernel/errors.ts';
import { TEST_EVENT } from '../../../reactions/merchant-webhooks/index.ts';
import { assertWebhookUrl } from '../../resources/webhook-endpoints/check-url.ts';
import { newWebhookEndpoint } from '../../resources/webhook-endpoints/schema.ts';
import type { DeskDeps, DeskFormCall } from '../visit.ts';

/** What stood in the form that was sent. */
export interface Said {
  readonly url: string;
  readonly description: string;
  /** None: all. */
  readonly events: readonly string[];
}

export function saidIn(form: URLSearchParams): Said {
  return {
    url: (form.get('url') ?? '').trim(),
    description: (form.get('description') ?? '').trim(),
    events: form.getAll('event').filter((each) => each !== ''),
  };
}

/** As the API would take it; null: it would not. */
export function chosenEvents({ url, description, events }: Said) {
  const read = newWebhookEndpoint.safeParse({
    ...{ url, description },
    events: events.length === 0 ? ['*'] : events,
  });
  return read.success ? read.data : null;
}

/** Why nothing is posted to a URL, and what to do; null: it may be. */
export async function refusalOf(
  { checkUrl }: Pick<DeskDeps, 'checkUrl'>,
  call: DeskFormCall,
  url: string,
): Promise<Problem | null> {
  try {
    await assertWebhookUrl(checkUrl, call.tenant.mode, url);
    return null;
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid') return error;
    throw error;
  }
}

/** What a delivery may be of. */
export function choosableTypes(): readonly string[] {
  return [...EVENT_TYPES, TEST_EVENT];
}
