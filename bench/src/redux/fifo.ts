import { createRequire } from 'node:module';
import type { OfflineAction, OfflineState } from '@redux-offline/redux-offline/lib/types';

const require = createRequire(import.meta.url);

/** The published default configuration; it stands in a CommonJS file of its own. */
export const { default: fifoDefaults } = require('@redux-offline/redux-offline/lib/defaults') as {
  readonly default: typeof import('@redux-offline/redux-offline/lib/defaults').default;
};

const context = { offline: { outbox: [] } as unknown as OfflineState };

/** redux-offline's published queue: an array, copied at each change. */
export const fifo = {
  enqueue: (outbox: readonly OfflineAction[], action: OfflineAction): readonly OfflineAction[] =>
    fifoDefaults.queue.enqueue(outbox as OfflineAction[], action, context),
  peek: (outbox: readonly OfflineAction[], action: OfflineAction): OfflineAction | undefined =>
    fifoDefaults.queue.peek(outbox as OfflineAction[], action, context),
};

/** An action as an app hands one to redux-offline, its body an object that is sent as JSON. */
export function offlineActionOf(
  resource: string,
  body: unknown,
  effect: Readonly<Record<string, unknown>> = {},
): OfflineAction {
  return {
    type: 'edit',
    meta: { offline: { effect: { url: `/fhir/${resource}`, method: 'PUT', json: body, ...effect } } },
  };
}
