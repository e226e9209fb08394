import { runGuide } from '../run-guide.ts';

runGuide('docs/dispatch.md');
