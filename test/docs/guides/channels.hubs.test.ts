import { runGuide } from '../run-guide.ts';

runGuide('docs/channels.md', 'own');
