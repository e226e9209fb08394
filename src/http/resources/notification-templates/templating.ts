import type { Brandings } from '../../../merchants/index.ts';
import type { OwnWords, Templates } from '../../../reactions/notifications/index.ts';

/** What puts messages into words, and what merchants make of it. */
export interface Templating {
  readonly brandings: Brandings;
  readonly ownWords: OwnWords;
  readonly templates: Templates;
}
