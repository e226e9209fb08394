import { type Keyring, open, seal } from '../../../../platform/sealing/sealing.ts';

/** The configuration of a merchant's channel. Its sealed form can be opened in its own row only. */
export type ChannelConfig = Readonly<Record<string, unknown>>;

export function sealConfig(keyring: Keyring, id: string, config: ChannelConfig): Buffer {
  return seal(keyring, Buffer.from(JSON.stringify(config), 'utf8'), configBoundTo(id));
}

/** Opens a sealed configuration; empty for a channel that was removed. */
export function openConfig(keyring: Keyring, id: string, sealed: Uint8Array | null): ChannelConfig {
  if (sealed === null) return {};
  const config: unknown = JSON.parse(open(keyring, sealed, configBoundTo(id)).toString('utf8'));
  return typeof config === 'object' && config !== null ? { ...config } : {};
}

export function configBoundTo(id: string): string {
  return `notification_channels.config:${id}`;
}
