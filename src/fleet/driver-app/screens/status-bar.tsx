import { useApp, useWork } from '../app-context.ts';
import type { PositionState } from '../phone/watch-position.ts';
import { hashOf } from '../plan/screens.ts';

/** The bar on every screen that shows what is still on this phone. */
export function StatusBar({ position }: { readonly position: PositionState | null }) {
  const { say } = useApp();
  const { snapshot } = useWork();
  const { waiting, refused, sending } = snapshot;
  if (sending.kind === 'revoked') {
    return (
      <div class="revoked" role="status">
        <strong>{say('status.revoked_title')}</strong>
        <p>{sending.refusal.reason}</p>
        <p>{say('status.revoked')}</p>
        <a class="button" href="#enrol">
          {say('status.revoked_action')}
        </a>
      </div>
    );
  }
  const isOffline = sending.kind === 'later';
  const parts = [
    ...(isOffline ? [sending.reason === '' ? say('status.offline') : sending.reason] : []),
    waiting.length === 0 ? say('status.sent') : say('status.waiting', { count: waiting.length }),
  ];
  return (
    <div role="status">
      <a class={`status ${waiting.length > 0 ? 'waits' : ''}`} href={hashOf({ name: 'queue' })}>
        <span>{parts.join(' · ')}</span>
        {refused.length > 0 && (
          <strong class="badge">{say('status.refused', { count: refused.length })}</strong>
        )}
      </a>
      {(position === 'denied' || position === 'lost') && (
        <p class="no-position">{say(`status.position_${position}`)}</p>
      )}
    </div>
  );
}
