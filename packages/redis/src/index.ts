export { connectRedis, type RedisClient, RedisSettingsError, requireDurableRedis } from './connect.ts';
export { type PartitionRef } from './keys.ts';
export * from './partition-store.ts';
export { type Meta, readMeta, writeMeta } from './meta.ts';
export { type LiveAsk, type LiveQuestion, type LiveReading, type LiveTenant, readLive, readLiveTogether } from './read-live.ts';
export { type AlertStore, type Commit, type CommitResult, createAlertStore, type RuleState } from './alerts/store.ts';
export { type ClaimedNotification, type DeadLetter, type Outcome } from './alerts/outbox.ts';
