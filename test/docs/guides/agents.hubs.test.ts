import { runGuide } from '../run-guide.ts';

runGuide('docs/agents.md');
