import type { QueueNote } from './queueNote.ts';

// The shapes of redux-offline 2.6 as far as the queue reads them. Its own types fit in, so that neither package
// needs the other's.

/** A commit or a rollback, as the app wrote it. */
export interface ResultTemplate {
  readonly type: string;
  readonly meta?: object;
}

/** An action in the outbox. */
export interface OfflineAction {
  readonly type: string;
  readonly payload?: unknown;
  readonly meta: {
    /** What redux-offline reads: `{ effect, commit, rollback }`, each of them optional, or just `true`. */
    readonly offline: unknown;
    /** Given by redux-offline when the action is queued. */
    readonly transaction?: number | undefined;
    readonly smartQueue?: QueueNote | undefined;
  };
}

/** An action whose `meta.completed` is `true`: redux-offline's own result, or one of the queue's. */
export interface ResultAction {
  readonly type: string;
  readonly payload?: unknown;
  readonly meta: {
    readonly completed: boolean;
    readonly success: boolean;
    readonly smartQueue?: unknown;
    readonly offlineAction?: unknown;
  };
}

export interface OfflineState {
  readonly busy: boolean;
  readonly online: boolean;
  readonly retryCount: number;
  readonly retryScheduled: boolean;
  readonly outbox: readonly OfflineAction[];
}

export interface OfflineContext {
  readonly offline: OfflineState;
}

/** `meta.offline` of an action that says something there. */
export interface OfflineMetadata {
  readonly effect?: unknown;
  readonly commit?: ResultTemplate | undefined;
  readonly rollback?: ResultTemplate | undefined;
}

export function metadataOf(action: OfflineAction): OfflineMetadata {
  const { offline } = action.meta;
  return isRecord(offline) ? (offline as OfflineMetadata) : {};
}

export function effectOf(action: OfflineAction): unknown {
  return metadataOf(action).effect;
}

export function withEffect(action: OfflineAction, effect: unknown): OfflineAction {
  return { ...action, meta: { ...action.meta, offline: { ...metadataOf(action), effect } } };
}

/** A plain object, as JSON has them. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
