import { trackInBatches } from '../../sdk.ts';
import { trackingsCall } from './access.ts';
import { parse } from './parse.ts';
import { batch } from './schema.ts';

/** Letters and digits, which need no encoding in a path. */
export const PATTERN = /^[0-9A-Z]{4,50}$/;

/** Requests up to 40 numbers in a call. Numbers that are not registered are left out. */
export const track = trackInBatches({
  parse,
  size: 40,
  pattern: PATTERN,
  callFor: trackingsCall,
  itemsIn: (answer) => batch.safeParse(answer).data?.data ?? [],
  numberedBy: 'tracking_number',
  answerWith: (data) => ({ meta: { code: 200 }, data }),
  lacking: { outcome: 'not_yet', reason: 'TrackingMore has no such number' },
});
