import type { Brandings } from '../../../merchants/index.ts';
import type { OwnWords, Templates } from '../../../reactions/notifications/index.ts';

/** Templates for messages, and merchants' changes to them. */
export interface Templating {
  readonly brandings: Brandings;
  readonly ownWords: OwnWords;
  readonly templates: Templates;
}
