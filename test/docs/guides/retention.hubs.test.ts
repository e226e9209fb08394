import { runGuide } from '../run-guide.ts';

runGuide('docs/retention.md', 'own');
