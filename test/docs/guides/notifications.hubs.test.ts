import { runGuide } from '../run-guide.ts';

runGuide('docs/notifications.md');
