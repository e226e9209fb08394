// What recipients see of a parcel, and the channel that announces its changes.

export { type PickupPlace, pickupPlace } from '../public/pickup-place.ts';
export {
  cacheTag,
  type Describe,
  type PublicEvent,
  type PublicTrack,
} from '../public/public-track.ts';
export {
  announceTracks,
  eachPublicTrack,
  ORDER_SHOPS_MAX,
  type PublicOrderParcel,
  type PublicTrackRow,
  publicOrderParcels,
  publicTracksByNumber,
  TRACKS_CHANNEL,
} from '../public/public-tracks.sql.ts';
export { shardOf } from '../record/shard-batches.ts';
