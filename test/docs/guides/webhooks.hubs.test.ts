import { runGuide } from '../run-guide.ts';

runGuide('docs/webhooks.md');
