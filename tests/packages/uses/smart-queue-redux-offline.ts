import { type OfflineAction, smartQueue } from '@fieldchart/smart-queue/redux-offline';

declare const console: { log(text: string): void };

const put = (transaction: number, text: string): OfflineAction => ({
  type: 'SAVE',
  meta: { offline: { effect: { method: 'PUT', url: '/notes/1', json: { text } } }, transaction },
});
const offline = { busy: false, online: false, retryCount: 0, retryScheduled: false, outbox: [] };

const queue = smartQueue();
const first = queue.enqueue([], put(1, 'a'), { offline });
const second = queue.enqueue(first, put(2, 'b'), { offline: { ...offline, outbox: first } });

console.log(`redux-offline sends ${second.length}: ${JSON.stringify(second[0]?.meta.offline)}`);
