import { runGuide } from '../run-guide.ts';

runGuide('docs/fleet.md');
