import { runGuide } from '../run-guide.ts';

runGuide('docs/carrier-webhooks.md', 'own');
